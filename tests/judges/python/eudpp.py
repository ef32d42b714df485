"""Whether studies are graphs of the ontology: pyshacl by its domains and ranges, and by the CIRPASS shapes.

Usage: eudpp.py ONTOLOGY SHAPES FOLDER FILE...  The CIRPASS shapes have one target, the passport of an older
namespace, and name an older module of studies. What they find is told with the number of nodes that they
looked at, the terms that they share with the ontology's module of studies, and what they say of a passport of
their own namespace. FOLDER holds all modules of the ontology.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyshacl
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SH, XSD

EUDPP = Namespace("https://w3id.org/eudpp#")
_LANGUAGE = RDF.langString


def shapes_of(ontology: Graph) -> Graph:
    """A shape for every domain and range that is one class or datatype."""
    shapes = Graph()
    for prop in {
        *ontology.subjects(RDF.type, OWL.ObjectProperty),
        *ontology.subjects(RDF.type, OWL.DatatypeProperty),
    }:
        for predicate, target in ((RDFS.domain, SH.targetSubjectsOf), (RDFS.range, SH.targetObjectsOf)):
            for kind in ontology.objects(prop, predicate):
                if not isinstance(kind, URIRef):
                    continue
                shape = BNode()
                shapes.add((shape, RDF.type, SH.NodeShape))
                shapes.add((shape, target, prop))
                is_data = str(kind).startswith(str(XSD)) or kind == _LANGUAGE
                shapes.add((shape, SH.datatype if is_data else SH["class"], kind))
    return shapes


def unknown(graph: Graph, ontology: Graph) -> list[str]:
    """Terms of the namespace that the ontology does not have."""
    known = {*ontology.subjects()}
    used = {t for triple in graph for t in triple if isinstance(t, URIRef) and str(t).startswith(str(EUDPP))}
    return sorted(str(term) for term in used - known)


def bridges(folder: Path, ontology: Graph, cirpass: Graph) -> dict[str, object]:
    """Whether anything leads from what the shapes look at to a study."""
    modules = Graph()
    for module in sorted(folder.glob("*_v*.ttl")):
        modules.parse(module)
    ours = {str(t).rpartition("#")[2] for t in ontology.subjects() if str(t).startswith(str(EUDPP))}
    named = {str(t) for triple in cirpass for t in triple if isinstance(t, URIRef) and "EUDPP" in str(t)}
    studies = {EUDPP.LCAStudy, *modules.subjects(RDFS.subClassOf, EUDPP.LCAStudy)}
    return {
        "targets": sorted(map(str, cirpass.objects(None, SH.targetClass))),
        "terms": len(named),
        "terms-of-studies": sorted(t for t in named if t.rpartition("#")[2] in ours),
        "ways-to-a-study": sorted(str(p) for one in studies for p in modules.subjects(RDFS.range, one)),
        "old-namespace-in-ontology": any(
            isinstance(t, URIRef) and str(t).rpartition("#")[0] in {n.rpartition("#")[0] for n in named}
            for triple in modules
            for t in triple
        ),
    }


def said_of_a_passport(cirpass: Graph, *more: str) -> list[str]:
    """What the shapes hold against a passport of their own namespace that says no more than this."""
    told = f"@prefix e: <http://dpp.taltech.ee/EUDPP#> . [] a e:DPP {' '.join(more)} ."
    _, report, _ = pyshacl.validate(Graph().parse(data=told), shacl_graph=cirpass)
    found = report.objects(None, SH.sourceConstraintComponent)
    return sorted(str(one).rpartition("#")[2] for one in found)


def main() -> None:
    """Judge every file that is named."""
    ontology, cirpass = Graph().parse(sys.argv[1]), Graph().parse(sys.argv[2])
    shapes, verdicts = shapes_of(ontology), {}
    targets = set(cirpass.objects(None, SH.targetClass))
    verdicts["shapes"] = {
        **bridges(Path(sys.argv[3]), ontology, cirpass),
        "of-a-bare-passport": said_of_a_passport(cirpass),
        "of-a-wrong-date": said_of_a_passport(cirpass, '; e:validFrom "in spring"'),
    }
    for name in sys.argv[4:]:
        graph = Graph().parse(data=Path(name).read_text(encoding="utf-8"), format="json-ld")
        conforms, _, text = pyshacl.validate(graph, shacl_graph=shapes, ont_graph=ontology, inference="rdfs")
        by_cirpass, _, _ = pyshacl.validate(graph, shacl_graph=cirpass)
        verdicts[name] = {
            "triples": len(graph),
            "unknown": unknown(graph, ontology),
            "ontology": [] if conforms else text.splitlines()[:20],
            "cirpass": bool(by_cirpass),
            "cirpass-nodes": sum(1 for target in targets for _ in graph.subjects(RDF.type, target)),
            "amounts": sorted(str(v) for v in graph.objects(None, EUDPP.amount) if isinstance(v, Literal)),
        }
    sys.stdout.write(json.dumps(verdicts))


if __name__ == "__main__":
    main()
