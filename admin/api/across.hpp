// How a node's own answer becomes the cluster's. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/messages/inquiries.hpp"
#include "admin/api/route.hpp"

namespace warmfront::admin {

/// A peer's answer as JSON; none when it is a refusal, or not an object with a member `wanted`.
[[nodiscard]] std::optional<ordered_json> read_answer(const peer_answer& answer,
                                                      const char* wanted = nullptr);
// Peers may run another release: what is not of the expected kind is as if it were not there.
[[nodiscard]] std::string text_in(const ordered_json& object, const char* name);
[[nodiscard]] std::uint64_t number_in(const ordered_json& object, const char* name);

/// Whether the answer depends on what other nodes say.
[[nodiscard]] bool asks_peers(const route& where, const http_response& own) noexcept;

/// What others are asked. An action has been done when they are: they tell how things stand.
[[nodiscard]] inquiry inquiry_of(const call& request, const http_request& received);

/// The answer for the cluster, from this node's and those of all other members. What a node that
/// gave no answer may have added is said: lists name it in `unanswered`, and one object that nobody
/// else knows is `unavailable` (503) instead of `not_found`. Nodes that have ended are not missed:
/// others own what was theirs.
[[nodiscard]] http_response combine(const call& request, http_response own,
                                    const std::vector<peer_answer>& others);

} // namespace warmfront::admin
