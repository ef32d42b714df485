"""Points of the SM2 curve in plain integers, fast enough to verify and never used with a secret.

The time that these functions take depends on their arguments.
"""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

# The recommended curve y² = x³ + ax + b over the prime field of p elements; a is p − 3.
# Source: GB/T 32918.5-2017, 3.
P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
# The order of G; it is prime and the cofactor is 1, so every point but infinity generates the group.
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)

Affine: TypeAlias = tuple[int, int]
# X = x·Z², Y = y·Z³; Z = 0 is the point at infinity.
Jacobian: TypeAlias = tuple[int, int, int]

_INFINITY: Jacobian = (1, 1, 0)
# Digits of G come from a table made once, so it may be large; the other point's is made each time.
_WIDTH_G, _WIDTH_Q = 8, 5


def is_on_curve(x: int, y: int) -> bool:
    """Whether (x, y) is a point of the curve, in reduced coordinates. Infinity has none."""
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x + A) * x - B) % P == 0


def y_of(x: int, *, odd: bool) -> int | None:
    """The y of that parity for ``x``; None where no point has this x."""
    # p = 3 mod 4, so this power is a root if there is one.
    y = pow((x * x + A) * x + B, (P + 1) // 4, P)
    if y & 1 != odd:
        y = P - y
    return y if is_on_curve(x, y) else None


def combine(u: int, v: int, q: Affine) -> Affine | None:
    """u·G + v·Q for numbers in [0, n); None is the point at infinity."""
    # Shamir's trick: the two sums share their doublings.
    terms = _terms(u, _table_of_g(), _WIDTH_G) + _terms(v, _odd_multiples(q, _WIDTH_Q), _WIDTH_Q)
    terms.sort(key=lambda term: -term[0])
    point, height = _INFINITY, 0
    for position, summand in terms:
        point = _add(_double(point, height - position), summand)
        height = position
    point = _double(point, height)
    return _affine([point])[0] if point[2] else None


def _double(point: Jacobian, times: int = 1) -> Jacobian:
    # EFD "dbl-2001-b", which uses a = −3; infinity stays infinity because Z does.
    x, y, z = point
    for _ in range(times):
        delta = z * z % P
        gamma = y * y % P
        beta = x * gamma % P
        alpha = 3 * (x - delta) * (x + delta) % P
        z = 2 * y * z % P
        x = (alpha * alpha - 8 * beta) % P
        y = (alpha * (4 * beta - x) - 8 * gamma * gamma) % P
    return x, y, z


def _add(point: Jacobian, other: Affine) -> Jacobian:
    # EFD "madd"; the two cases in which its formula fails are taken out.
    x1, y1, z1 = point
    x2, y2 = other
    if not z1:
        return x2, y2, 1
    zz = z1 * z1 % P
    h = (x2 * zz - x1) % P
    r = (y2 * z1 * zz - y1) % P
    if not h:
        return _INFINITY if r else _double(point)
    hh = h * h % P
    hhh = h * hh % P
    v = x1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - y1 * hhh) % P, z1 * h % P


def _terms(k: int, odd_multiples: list[Affine], width: int) -> list[tuple[int, Affine]]:
    """K times a point as summands 2^position · d · point, with d odd and of either sign (wNAF)."""
    terms = []
    modulus, half = 1 << width, 1 << (width - 1)
    position = 0
    while k:
        zeros = (k & -k).bit_length() - 1
        k >>= zeros
        position += zeros
        digit = k & (modulus - 1)
        if digit < half:
            terms.append((position, odd_multiples[digit >> 1]))
        else:
            digit -= modulus
            x, y = odd_multiples[-digit >> 1]
            terms.append((position, (x, P - y)))
        k -= digit
    return terms


@cache
def _table_of_g() -> list[Affine]:
    return _odd_multiples(G, _WIDTH_G)


def _odd_multiples(point: Affine, width: int) -> list[Affine]:
    """1, 3, 5, … times ``point``, as many as digits of that width need."""
    (twice,) = _affine([_double((*point, 1))])
    multiples: list[Jacobian] = [(*point, 1)]
    for _ in range((1 << (width - 2)) - 1):
        multiples.append(_add(multiples[-1], twice))
    return _affine(multiples)


def _affine(points: list[Jacobian]) -> list[Affine]:
    """Affine coordinates of finite points with one inversion (Montgomery's trick)."""
    products = [1]
    for _, _, z in points:
        products.append(products[-1] * z % P)
    inverse = pow(products[-1], -1, P)
    found = []
    for (x, y, z), before in zip(reversed(points), reversed(products[:-1]), strict=True):
        z_inverse = inverse * before % P
        inverse = inverse * z % P
        square = z_inverse * z_inverse % P
        found.append((x * square % P, y * square * z_inverse % P))
    return found[::-1]
