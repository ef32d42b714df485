"""RDF data sets and their canonical form, for reading other people's RDFC signatures; nothing is signed so.

RDF implementations keep sixteen digits of a number and turn small ones into zero, each in its own way; see
``numbers``.
"""
