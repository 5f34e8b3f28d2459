// One change, or attempt at one, that somebody made through the management API.
#pragma once

#include <cstdint>
#include <string>

#include "actors/core/clock.hpp"

namespace warmfront {

/// Texts may hold anything that a client sent. What is secret and what is in mails is taken out by
/// who makes the record.
struct audit_record {
  std::string id; ///< given when it is logged: sorts by time, unique in the cluster
  wall_time at{};
  std::string node;           ///< that answered
  std::string key_id;         ///< empty: nobody was signed in
  std::string account;        ///< of the key
  std::string role;           ///< of the key
  bool by_session = false;    ///< signed in with the key, in a browser
  std::string client_address; ///< where it came from
  std::string method;         ///< of HTTP
  std::string action;         ///< the operation's id, or the name of a compatible API's action
  std::string resource;       ///< what it was about: `pools/p1`
  std::string asked;          ///< JSON: what was asked for
  std::uint32_t status = 0;   ///< of HTTP
  std::string code;           ///< of the refusal; empty: it was done
  std::string request_id;     ///< as the client was told
  friend bool operator==(const audit_record&, const audit_record&) = default;
};

} // namespace warmfront
