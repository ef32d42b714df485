"""Whether studies are graphs of the ontology: pyshacl by its domains and ranges, and by the CIRPASS shapes.

Usage: eudpp.py ONTOLOGY SHAPES FILE...  The CIRPASS shapes speak of passports in another namespace: what they
find is told with the number of nodes that they looked at.
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


def main() -> None:
    """Judge every file that is named."""
    ontology, cirpass = Graph().parse(sys.argv[1]), Graph().parse(sys.argv[2])
    shapes, verdicts = shapes_of(ontology), {}
    targets = set(cirpass.objects(None, SH.targetClass))
    for name in sys.argv[3:]:
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
