"""Decoders that others wrote read whole missions from our XTCE and layouts, and agree with ours."""

import io
import warnings
from pathlib import Path
from typing import Any

import ccsdspy
import ccsdspy.utils
import numpy as np
from lxml import etree
from space_packet_parser import load_xtce
from spacepackets.ccsds.spacepacket import SpacePacketHeader

from flightsw.dictionary import load_dictionary

SCHEMA = Path(__file__).parents[1] / "authorities" / "xtce" / "SpaceSystem-1.2.xsd"
XML_ATTRIBUTES = """
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
    targetNamespace="http://www.w3.org/XML/1998/namespace">
  <xs:attribute name="lang" type="xs:language"/>
  <xs:attribute name="space"/>
  <xs:attribute name="base" type="xs:anyURI"/>
</xs:schema>
"""
DICTIONARY = load_dictionary()
NAMES = [packet.name for packet in DICTIONARY.packets]


class OwnAttributes(etree.Resolver):  # type: ignore[misc]  # it has no types
    """Gives the schema what it imports, without a network."""

    def resolve(self, system_url, _public_id, context):
        if system_url.endswith("/xml.xsd"):
            return self.resolve_string(XML_ATTRIBUTES, context)
        return None


def test_the_xtce_is_valid_by_the_schema_of_the_standard(xtce_file):
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(OwnAttributes())
    schema = etree.XMLSchema(etree.parse(SCHEMA, parser))

    schema.assertValid(etree.parse(xtce_file))


def test_space_packet_parser_reads_every_value_as_we_do(flight, heard, xtce_file):
    definition = load_xtce(xtce_file)
    theirs: dict[str, list[dict[str, Any]]] = {name: [] for name in NAMES}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for octets in heard:
            values = dict(definition.parse_bytes(octets).items())
            (name,) = {key.rpartition("_crc")[0] for key in values if key.endswith("_crc")}
            theirs[name].append(values)

    ours = flight.ground.packets
    assert {name: len(rows) for name, rows in theirs.items()} == {
        name: len(ours.rows[name]) for name in NAMES
    }
    for packet in DICTIONARY.packets:
        name = packet.name
        rows = sorted(theirs[name], key=lambda row: row[f"{name}_{packet.clock_field}"])
        mine = ours.rows[name][np.argsort(ours.rows[name][packet.clock_field], kind="stable")]
        for field in packet.fields:
            if field.is_spare:
                continue
            column = [row[f"{name}_{field.name}"] for row in rows]
            raw = [getattr(value, "raw_value", value) for value in column]
            assert raw == mine[field.name].tolist()
            if field.unit:
                assert np.allclose(
                    np.array([float(value) for value in column]),
                    mine[field.name] * field.scale,
                    rtol=1e-15,
                    atol=0.0,
                )
            if field.values:
                assert [str(value) for value in column] == [field.values[k] for k in raw]


def test_ccsdspy_reads_every_value_as_we_do(flight, heard):
    split = ccsdspy.utils.split_by_apid(io.BytesIO(b"".join(heard)))
    kinds = {"u": "uint", "i": "int"}

    for packet in DICTIONARY.packets:
        ours = flight.ground.packets.rows[packet.name]
        if packet.apid not in split:
            assert len(ours) == 0
            continue
        layout = ccsdspy.FixedLength(
            [
                ccsdspy.PacketField(name="clock", data_type="int", bit_length=64),
                *(
                    ccsdspy.PacketField(
                        name=f"spare_{field.offset}" if field.is_spare else field.name,
                        data_type=kinds[field.type[0]],
                        bit_length=field.size_bytes * 8,
                    )
                    for field in packet.fields
                ),
                ccsdspy.PacketField(name="crc", data_type="uint", bit_length=16),
            ]
        )
        stream = split[packet.apid]
        stream.seek(0)
        theirs = layout.load(stream)
        order = np.argsort(theirs["clock"], kind="stable")
        mine = ours[np.argsort(ours[packet.clock_field], kind="stable")]
        for field in packet.fields:
            if not field.is_spare:
                assert np.array_equal(theirs[field.name][order], mine[field.name])


def test_spacepackets_reads_every_header_as_we_wrote_it(heard):
    apids = {packet.apid: packet.size_bytes for packet in DICTIONARY.packets}

    for octets in heard:
        header = SpacePacketHeader.unpack(octets)
        assert apids[header.apid] == header.packet_len == len(octets)
        assert header.sec_header_flag
        assert header.seq_flags == 3  # unsegmented
