/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types of H.225.0 and H.245 in the order of the recommendations, cut down: runs of booleans are one field,
 * alternatives and extensions that nobody reads are not spelled out, types of the same form are one. "known" is how far
 * the version goes that Linux knows, since what comes after is read differently (per.c).
 */
#include "conntrack/helper/h323_schema.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
/* clang-format off */
#define PART(t) { &(t), 0, 0 }
/* clang-format on */
#define OPTIONAL(t)       \
  {                       \
    &(t), PER_OPTIONAL, 0 \
  }
#define READ(t, mark)    \
  {                      \
    &(t), PER_READ, mark \
  }
#define OPTIONAL_READ(t, mark)          \
  {                                     \
    &(t), PER_OPTIONAL | PER_READ, mark \
  }
#define NOTHING \
  {             \
    0, 0, 0     \
  } /* an alternative without content */
#define PASSED \
  {            \
    0, 0, 0    \
  } /* an extension that nobody reads */
#define STOP       \
  {                \
    0, PER_STOP, 0 \
  }

/* ext: extensible; opt: optional parts of the root; root: parts of the root; known: with extensions */
#define SEQUENCE(name, ext, opt, n_root, n_known, ...)          \
  static const per_part name##_parts[] = { __VA_ARGS__ };       \
  static const per_type name = { .kind = PER_SEQUENCE,          \
                                 .extensible = ext,             \
                                 .optional = opt,               \
                                 .root = n_root,                \
                                 .known = n_known,              \
                                 .listed = COUNT(name##_parts), \
                                 .parts = name##_parts }
#define CHOICE(name, ext, n_root, ...)                                                                          \
  static const per_part name##_parts[] = { __VA_ARGS__ };                                                       \
  static const per_type name = {                                                                                \
    .kind = PER_CHOICE, .extensible = ext, .root = n_root, .listed = COUNT(name##_parts), .parts = name##_parts \
  }
/* A choice of NULLs. */
#define WORDS(name, ext, n_root) static const per_type name = { .kind = PER_CHOICE, .extensible = ext, .root = n_root }
#define LIST(name, limit, ...)                            \
  static const per_part name##_parts[] = { __VA_ARGS__ }; \
  static const per_type name = { .kind = PER_LIST, .size = limit, .parts = name##_parts }

/* ---- plain types ---- */

static const per_type null = { .kind = PER_NULL };
static const per_type boolean = { .kind = PER_BITS, .size = 1 };
#define BITS(n) static const per_type bits_##n = { .kind = PER_BITS, .size = n }
BITS(2);
BITS(4);
BITS(5);
BITS(7);
BITS(8);
BITS(11);
BITS(19);
BITS(20);
static const per_type u8 = { .kind = PER_BYTES, .size = 1 };
static const per_type u16 = { .kind = PER_BYTES, .size = 2 };
static const per_type u32 = { .kind = PER_INTEGER };
static const per_type u32_from_1 = { .kind = PER_INTEGER, .base = 1 };
static const per_type integer = { .kind = PER_ANY_INTEGER };
static const per_type oid = { .kind = PER_OID };
#define OCTETS(n) static const per_type octets_##n = { .kind = PER_OCTETS, .size = n }
OCTETS(2);
OCTETS(4);
OCTETS(6);
OCTETS(8);
OCTETS(16);
static const per_type octets = { .kind = PER_STRING_ANY, .unit = 8 };
static const per_type octets_1_32 = { .kind = PER_STRING, .size = 5, .base = 1, .unit = 8 };
static const per_type octets_8_128 = { .kind = PER_STRING, .size = 7, .base = 8, .unit = 8 };
static const per_type octets_1_255 = { .kind = PER_STRING, .size = 8, .base = 1, .unit = 8 };
static const per_type octets_1_256 = { .kind = PER_STRING8, .base = 1, .unit = 8 };
static const per_type bmp_1_128 = { .kind = PER_STRING, .size = 7, .base = 1, .unit = 16 };
static const per_type bmp_1_256 = { .kind = PER_STRING8, .base = 1, .unit = 16 };
static const per_type digits_1_128 = { .kind = PER_STRING, .size = 7, .base = 1, .unit = 4 };
static const per_type digits_1_16 = { .kind = PER_STRING, .size = 4, .base = 1, .unit = 4 };
static const per_type bit_string_2048 = { .kind = PER_BIT_STRING16 };
static const per_type bit_string = { .kind = PER_BIT_STRING };
WORDS(words_2_fixed, 0, 2);
WORDS(words_2, 1, 2);
WORDS(words_3, 1, 3);
WORDS(words_4, 1, 4);
WORDS(words_12, 1, 12);

/* ---- H.225.0: identifiers and addresses ---- */

SEQUENCE(h221_non_standard, 1, 0, 3, 3, PART(u8), PART(u8), PART(u16));
CHOICE(non_standard_identifier, 1, 2, PART(oid), PART(h221_non_standard));
SEQUENCE(non_standard, 0, 0, 2, 2, PART(non_standard_identifier), PART(octets));

SEQUENCE(ip_address, 0, 0, 2, 2, READ(octets_4, 0), PART(u16));
SEQUENCE(ip6_address, 1, 0, 2, 2, READ(octets_16, 0), PART(u16));
SEQUENCE(ipx_address, 0, 0, 3, 3, PART(octets_6), PART(octets_4), PART(octets_2));
LIST(source_route, 0, PART(octets_4));
SEQUENCE(ip_source_route, 1, 0, 4, 4, PART(octets_4), PART(u16), PART(source_route), PART(words_2));
CHOICE(transport_address, 1, 7, READ(ip_address, 0), PART(ip_source_route), PART(ipx_address), READ(ip6_address, 0),
       PART(octets_16), PART(octets_1_32), PART(non_standard));
CHOICE(alias_address, 1, 2, PART(digits_1_128), PART(bmp_1_256));
LIST(aliases, 0, PART(alias_address));

/* ---- H.225.0: what an endpoint is ---- */

SEQUENCE(vendor, 1, 2, 3, 3, PART(h221_non_standard), OPTIONAL(octets_1_256), OPTIONAL(octets_1_256));
SEQUENCE(node_info, 1, 1, 1, 1, OPTIONAL(non_standard)); /* gatekeeper, terminal */
SEQUENCE(mcu_info, 1, 1, 1, 2, OPTIONAL(non_standard));
SEQUENCE(protocol_caps, 1, 1, 1, 3, OPTIONAL(non_standard));
CHOICE(supported_protocol, 1, 9, PART(non_standard), PART(protocol_caps), PART(protocol_caps), PART(protocol_caps),
       PART(protocol_caps), PART(protocol_caps), PART(protocol_caps), PART(protocol_caps), PART(protocol_caps));
LIST(supported_protocols, 0, PART(supported_protocol));
SEQUENCE(gateway_info, 1, 2, 2, 2, OPTIONAL(supported_protocols), OPTIONAL(non_standard));
SEQUENCE(endpoint_type, 1, 6, 8, 10, OPTIONAL(non_standard), OPTIONAL(vendor), OPTIONAL(node_info),
         OPTIONAL(gateway_info), OPTIONAL(mcu_info), OPTIONAL(node_info), PART(boolean), PART(boolean));
SEQUENCE(q954_details, 1, 0, 1, 1, PART(bits_2));
SEQUENCE(qseries_options, 1, 0, 2, 2, PART(bits_7), PART(q954_details));

/* ---- H.235 ---- */

CHOICE(security_mode, 1, 3, PART(non_standard), NOTHING, NOTHING);
SEQUENCE(security_capabilities, 1, 1, 4, 4, OPTIONAL(non_standard), PART(security_mode), PART(security_mode),
         PART(security_mode));
CHOICE(h245_security, 1, 4, PART(non_standard), NOTHING, PART(security_capabilities), PART(security_capabilities));
SEQUENCE(dh_set, 1, 0, 3, 3, PART(bit_string_2048), PART(bit_string_2048), PART(bit_string_2048));
SEQUENCE(oid_and_octets, 0, 0, 2, 2, PART(oid), PART(octets)); /* H.235 NonStandardParameter */
SEQUENCE(certificate, 1, 0, 2, 2, PART(oid), PART(octets));
SEQUENCE(clear_token, 1, 8, 9, 11, PART(oid), OPTIONAL(u32_from_1), OPTIONAL(bmp_1_128), OPTIONAL(dh_set),
         OPTIONAL(octets_8_128), OPTIONAL(integer), OPTIONAL(certificate), OPTIONAL(bmp_1_128),
         OPTIONAL(oid_and_octets));
SEQUENCE(token_params, 1, 2, 2, 3, OPTIONAL(integer), OPTIONAL(octets_8));
SEQUENCE(hashed, 0, 0, 3, 3, PART(oid), PART(token_params), PART(bit_string));
SEQUENCE(encrypted, 0, 0, 3, 3, PART(oid), PART(token_params), PART(octets));
SEQUENCE(signed_token, 0, 0, 4, 4, { 0, PER_OPEN, 0 }, PART(oid), PART(token_params), PART(bit_string));
SEQUENCE(endpoint_password, 0, 0, 3, 3, PART(alias_address), PART(u32_from_1), PART(hashed));
SEQUENCE(gatekeeper_password, 0, 0, 3, 3, PART(bmp_1_128), PART(u32_from_1), PART(hashed));
SEQUENCE(encrypted_token, 0, 0, 2, 2, PART(oid), PART(encrypted));
SEQUENCE(named_signed_token, 0, 0, 2, 2, PART(oid), PART(signed_token));
SEQUENCE(hashed_token, 0, 0, 3, 3, PART(oid), PART(clear_token), PART(hashed));
CHOICE(crypto_token, 1, 4, PART(encrypted_token), PART(named_signed_token), PART(hashed_token), PART(encrypted));
CHOICE(h323_crypto_token, 1, 8, PART(endpoint_password), PART(gatekeeper_password), PART(encrypted), PART(encrypted),
       PART(signed_token), PART(signed_token), PART(signed_token), PART(crypto_token));
LIST(clear_tokens, 0, PART(clear_token));
LIST(crypto_tokens, 0, PART(h323_crypto_token));

/* ---- H.245: addresses ---- */

SEQUENCE(h245_h221, 0, 0, 3, 3, PART(u8), PART(u8), PART(u16));
CHOICE(h245_identifier, 0, 2, PART(oid), PART(h245_h221));
SEQUENCE(h245_non_standard, 0, 0, 2, 2, PART(h245_identifier), PART(octets));
LIST(h245_non_standards, 0, PART(h245_non_standard));
SEQUENCE(h245_ip, 1, 0, 2, 2, READ(octets_4, 0), PART(u16));
SEQUENCE(h245_ip6, 1, 0, 2, 2, READ(octets_16, 0), PART(u16));
SEQUENCE(h245_ipx, 1, 0, 3, 3, PART(octets_6), PART(octets_4), PART(octets_2));
SEQUENCE(h245_source_route, 1, 0, 4, 4, PART(words_2_fixed), PART(octets_4), PART(u16), PART(source_route));
CHOICE(unicast_address, 1, 5, READ(h245_ip, 0), PART(h245_ipx), READ(h245_ip6, 0), PART(octets_16),
       PART(h245_source_route));
CHOICE(multicast_address, 1, 2, PART(h245_ip), PART(h245_ip6));
CHOICE(h245_address, 1, 2, READ(unicast_address, 0), PART(multicast_address));

/* ---- H.245: what flows in a channel ---- */

SEQUENCE(h261, 1, 2, 5, 6, OPTIONAL(bits_2), OPTIONAL(bits_2), PART(boolean), PART(u16), PART(boolean));
SEQUENCE(h262, 1, 6, 7, 8, PART(bits_11), OPTIONAL(u32), OPTIONAL(u32), OPTIONAL(u16), OPTIONAL(u16), OPTIONAL(bits_4),
         OPTIONAL(u32));
SEQUENCE(h263, 1, 7, 9, 17, OPTIONAL(bits_5), OPTIONAL(bits_5), OPTIONAL(bits_5), OPTIONAL(bits_5), OPTIONAL(bits_5),
         PART(u32_from_1), PART(bits_5), OPTIONAL(u32), OPTIONAL(u16));
SEQUENCE(is11172_video, 1, 6, 7, 8, PART(boolean), OPTIONAL(u32), OPTIONAL(u32), OPTIONAL(u16), OPTIONAL(u16),
         OPTIONAL(bits_4), OPTIONAL(u32));
CHOICE(video, 1, 5, PART(h245_non_standard), PART(h261), PART(h262), PART(h263), PART(is11172_video));
SEQUENCE(g7231, 0, 0, 2, 2, PART(u8), PART(boolean));
SEQUENCE(is11172_audio, 1, 0, 2, 2, PART(bits_8), PART(u16));
SEQUENCE(is13818_audio, 1, 0, 2, 2, PART(bits_20), PART(u16));
CHOICE(audio, 1, 14, PART(h245_non_standard), PART(u8), PART(u8), PART(u8), PART(u8), PART(u8), PART(u8), PART(u8),
       PART(g7231), PART(u8), PART(u8), PART(u8), PART(is11172_audio), PART(is13818_audio));
/* The tenth, an extension: separateLANStack. */
CHOICE(data_protocol, 1, 7, PART(h245_non_standard), NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING,
       NOTHING, NOTHING, { 0, 0, H323_MARK_LAN_STACK });
SEQUENCE(t84_restricted, 1, 0, 1, 1, PART(bits_19));
CHOICE(t84_profile, 0, 2, PART(null), PART(t84_restricted));
SEQUENCE(t84, 0, 0, 2, 2, PART(data_protocol), PART(t84_profile));
SEQUENCE(nlpid, 0, 0, 2, 2, PART(data_protocol), PART(octets));
CHOICE(data_application, 1, 10, PART(h245_non_standard), READ(data_protocol, 0), PART(data_protocol),
       PART(data_protocol), PART(t84), PART(data_protocol), PART(data_protocol), PART(nlpid), NOTHING,
       PART(data_protocol));
SEQUENCE(data_capability, 1, 0, 2, 2, READ(data_application, 0), PART(u32));
CHOICE(encryption, 1, 2, PART(h245_non_standard), NOTHING);
CHOICE(data_type, 1, 6, PART(h245_non_standard), NOTHING, PART(video), PART(audio), READ(data_capability, 0),
       PART(encryption));

/* ---- H.245: logical channels ---- */

SEQUENCE(h222_channel, 1, 3, 5, 5, PART(u16), PART(u16), OPTIONAL(u16), OPTIONAL(octets), OPTIONAL(octets));
SEQUENCE(al3, 0, 0, 2, 2, PART(bits_2), PART(u32));
CHOICE(adaptation_layer, 1, 6, PART(h245_non_standard), NOTHING, NOTHING, NOTHING, NOTHING, PART(al3));
SEQUENCE(h223_channel, 1, 0, 2, 2, PART(adaptation_layer), PART(boolean));
SEQUENCE(v76_hdlc, 1, 0, 3, 3, PART(words_3), PART(u16), PART(boolean));
SEQUENCE(v76_erm, 1, 0, 2, 2, PART(bits_7), PART(words_3));
CHOICE(v76_mode, 1, 2, PART(v76_erm), NOTHING);
SEQUENCE(v75_parameters, 1, 0, 1, 1, PART(boolean));
SEQUENCE(v76_channel, 1, 0, 5, 5, PART(v76_hdlc), PART(words_3), PART(boolean), PART(v76_mode), PART(v75_parameters));

/* Trap: Linux reads no further than mediaControlChannel, and goes on behind it with what follows the whole. */
SEQUENCE(h2250_channel, 1, 10, 11, 14, OPTIONAL(h245_non_standards), PART(u8), OPTIONAL(bits_8),
         OPTIONAL_READ(h245_address, H323_MARK_MEDIA), OPTIONAL(boolean), OPTIONAL_READ(h245_address, H323_MARK_MEDIA),
         STOP);
SEQUENCE(h2250_channel_ack, 1, 5, 5, 7, OPTIONAL(h245_non_standards), OPTIONAL(bits_8),
         OPTIONAL_READ(h245_address, H323_MARK_MEDIA), OPTIONAL_READ(h245_address, H323_MARK_MEDIA), OPTIONAL(bits_5));
CHOICE(forward_multiplex, 1, 3, PART(h222_channel), PART(h223_channel), PART(v76_channel), READ(h2250_channel, 0));
CHOICE(reverse_multiplex, 1, 2, PART(h223_channel), PART(v76_channel), READ(h2250_channel, 0));
CHOICE(ack_multiplex, 1, 1, PART(h222_channel), READ(h2250_channel, 0));
CHOICE(forward_ack_multiplex, 1, 1, READ(h2250_channel_ack, 0));
SEQUENCE(forward_parameters, 1, 1, 3, 5, OPTIONAL(u16), READ(data_type, 0), READ(forward_multiplex, 0));
SEQUENCE(reverse_parameters, 1, 1, 2, 4, PART(data_type), OPTIONAL_READ(reverse_multiplex, 0));
SEQUENCE(ack_parameters, 1, 2, 3, 4, PART(u16), OPTIONAL(u16), OPTIONAL_READ(ack_multiplex, 0));
CHOICE(q2931_number, 1, 2, PART(digits_1_16), PART(octets_1_32));
SEQUENCE(q2931_address, 1, 1, 2, 2, PART(q2931_number), OPTIONAL(octets_1_32));
CHOICE(network_address, 1, 3, PART(q2931_address), PART(digits_1_128), READ(h245_address, H323_MARK_T120));
SEQUENCE(network_access, 1, 2, 4, 5, OPTIONAL(words_2), READ(network_address, 0), PART(boolean),
         OPTIONAL(octets_1_255));
SEQUENCE(open_channel, 1, 1, 3, 5, PART(u16), READ(forward_parameters, 0), OPTIONAL_READ(reverse_parameters, 0),
         READ(network_access, 0), STOP);
SEQUENCE(open_channel_ack, 1, 1, 2, 5, PART(u16), OPTIONAL_READ(ack_parameters, 0), READ(network_access, 0),
         READ(forward_ack_multiplex, 0), STOP);

static const per_part request_parts[] = { [3] = READ(open_channel, H323_MARK_CHANNEL) };
static const per_type request = { .kind = PER_CHOICE,
                                  .extensible = 1,
                                  .root = 11,
                                  .known = 15,
                                  .others_stop = 1,
                                  .listed = COUNT(request_parts),
                                  .parts = request_parts };
static const per_part response_parts[] = { [5] = READ(open_channel_ack, H323_MARK_CHANNEL_ACK) };
static const per_type response = { .kind = PER_CHOICE,
                                   .extensible = 1,
                                   .root = 19,
                                   .known = 24,
                                   .others_stop = 1,
                                   .listed = COUNT(response_parts),
                                   .parts = response_parts };
static const per_part control_parts[] = { READ(request, 0), READ(response, 0) };
const per_type h323_control_message = { .kind = PER_CHOICE,
                                        .extensible = 1,
                                        .root = 4,
                                        .known = 4,
                                        .others_stop = 1,
                                        .listed = COUNT(control_parts),
                                        .parts = control_parts };

/* ---- H.225.0: call signalling ---- */

LIST(fast_start, 30, { &open_channel, PER_READ | PER_OPEN, H323_MARK_CHANNEL });
LIST(tunnelled_control, 4, { &h323_control_message, PER_READ | PER_OPEN, H323_MARK_TUNNELLED });
LIST(reference_values, 0, PART(u16));
CHOICE(facility_reason, 1, 4, NOTHING, { 0, 0, H323_MARK_CALL_FORWARDED }, NOTHING, NOTHING);

SEQUENCE(setup, 1, 7, 13, 39, PART(oid), OPTIONAL_READ(transport_address, H323_MARK_H245_ADDRESS), OPTIONAL(aliases),
         PART(endpoint_type), OPTIONAL(aliases), OPTIONAL_READ(transport_address, H323_MARK_IGNORED), OPTIONAL(aliases),
         OPTIONAL(reference_values), PART(boolean), PART(octets_16), PART(words_3), OPTIONAL(qseries_options),
         PART(words_4), READ(transport_address, H323_MARK_IGNORED), PASSED, PASSED, PASSED, PASSED, PASSED,
         READ(fast_start, 0), PASSED, PASSED, STOP);
SEQUENCE(call_proceeding, 1, 1, 3, 12, PART(oid), PART(endpoint_type),
         OPTIONAL_READ(transport_address, H323_MARK_H245_ADDRESS), PASSED, PASSED, PASSED, PASSED, READ(fast_start, 0));
SEQUENCE(connect, 1, 1, 4, 19, PART(oid), OPTIONAL_READ(transport_address, H323_MARK_H245_ADDRESS), PART(endpoint_type),
         PART(octets_16), PASSED, PASSED, PASSED, PASSED, READ(fast_start, 0));
SEQUENCE(alerting, 1, 1, 3, 17, PART(oid), PART(endpoint_type),
         OPTIONAL_READ(transport_address, H323_MARK_H245_ADDRESS), PASSED, PASSED, PASSED, PASSED, READ(fast_start, 0));
SEQUENCE(information, 1, 0, 1, 7, PART(oid));
SEQUENCE(release_complete, 1, 1, 2, 11, PART(oid), OPTIONAL(words_12));
SEQUENCE(facility, 1, 3, 5, 21, PART(oid), OPTIONAL_READ(transport_address, H323_MARK_ALTERNATIVE_ADDRESS),
         OPTIONAL(aliases), OPTIONAL(octets_16), READ(facility_reason, 0), PASSED, PASSED, PASSED, PASSED, PASSED,
         PASSED, READ(transport_address, H323_MARK_H245_ADDRESS), READ(fast_start, 0));
SEQUENCE(call_identifier, 1, 0, 1, 1, PART(octets_16));
SEQUENCE(progress, 1, 5, 8, 11, PART(oid), PART(endpoint_type),
         OPTIONAL_READ(transport_address, H323_MARK_H245_ADDRESS), PART(call_identifier), OPTIONAL(h245_security),
         OPTIONAL(clear_tokens), OPTIONAL(crypto_tokens), OPTIONAL_READ(fast_start, 0));

CHOICE(message_body, 1, 7, READ(setup, H323_MARK_SETUP), READ(call_proceeding, H323_MARK_CALL_PROCEEDING),
       READ(connect, H323_MARK_CONNECT), READ(alerting, H323_MARK_ALERTING), PART(information), PART(release_complete),
       READ(facility, H323_MARK_FACILITY), READ(progress, H323_MARK_PROGRESS));
SEQUENCE(uu_pdu, 1, 1, 2, 11, READ(message_body, 0), OPTIONAL(non_standard), PASSED, PASSED, READ(tunnelled_control, 0),
         STOP);
static const per_part user_information_parts[] = { READ(uu_pdu, 0), STOP };
const per_type h323_user_information = { .kind = PER_SEQUENCE,
                                         .extensible = 1,
                                         .optional = 1,
                                         .root = 2,
                                         .known = 2,
                                         .listed = COUNT(user_information_parts),
                                         .parts = user_information_parts };

/* ---- H.225.0: registration, admission, status ---- */

LIST(signal_addresses, 10, READ(transport_address, H323_MARK_SIGNAL_ADDRESS));
LIST(other_addresses, 10, READ(transport_address, H323_MARK_IGNORED));

SEQUENCE(gatekeeper_confirm, 1, 2, 5, 14, PART(u16), PART(oid), OPTIONAL(non_standard), OPTIONAL(bmp_1_128),
         READ(transport_address, H323_MARK_RAS_ADDRESS), STOP);
SEQUENCE(registration_request, 1, 3, 10, 31, PART(u16), PART(oid), OPTIONAL(non_standard), PART(boolean),
         READ(signal_addresses, 0), READ(other_addresses, 0), PART(endpoint_type), OPTIONAL(aliases),
         OPTIONAL(bmp_1_128), PART(vendor), PASSED, READ(u32_from_1, H323_MARK_TIME_TO_LIVE), STOP);
SEQUENCE(registration_confirm, 1, 3, 7, 24, PART(u16), PART(oid), OPTIONAL(non_standard), READ(other_addresses, 0),
         OPTIONAL(aliases), OPTIONAL(bmp_1_128), PART(bmp_1_128), PASSED, READ(u32_from_1, H323_MARK_TIME_TO_LIVE),
         STOP);
SEQUENCE(unregistration_request, 1, 3, 5, 15, PART(u16), READ(other_addresses, 0), STOP);
SEQUENCE(admission_confirm, 1, 2, 6, 27, PART(u16), PART(u32), PART(words_2),
         READ(transport_address, H323_MARK_SIGNAL_ADDRESS), STOP);
SEQUENCE(location_confirm, 1, 1, 4, 19, PART(u16), READ(transport_address, H323_MARK_SIGNAL_ADDRESS),
         READ(transport_address, H323_MARK_IGNORED), STOP);

#define RAS(number, type) [number] = READ(type, H323_MARK_RAS_FIRST + (number))
static const per_part ras_parts[] = {
  RAS(1, gatekeeper_confirm),     RAS(3, registration_request), RAS(4, registration_confirm),
  RAS(6, unregistration_request), RAS(10, admission_confirm),   RAS(19, location_confirm),
};
const per_type h323_ras_message = { .kind = PER_CHOICE,
                                    .extensible = 1,
                                    .root = 24,
                                    .known = 32,
                                    .others_stop = 1,
                                    .listed = COUNT(ras_parts),
                                    .parts = ras_parts };
