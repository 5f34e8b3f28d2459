#include "actors/identities/key_rotation.hpp"

#include <algorithm>

namespace warmfront {

namespace {

using state = signing_key_state;

void move(stored_signing_key& key, state to, wall_time now) {
  key.state = to;
  key.changed_at = now;
  if (to == state::retired)
    key.sealed.clear();
}

void note(stored_signing_key& key, const key_finding& found, wall_time now) {
  if (found.what == key_sighting::unknown)
    return;
  const bool is_seen = found.what == key_sighting::seen;
  key.why = is_seen ? std::string{} : found.why;
  auto& since = is_seen ? key.seen_since : key.missing_since;
  auto& other = is_seen ? key.missing_since : key.seen_since;
  other.reset();
  if (!since)
    since = now;
}

bool is_ready(const stored_signing_key& key, wall_time now, bool by_hand,
              const rotation_rules& rules) {
  return key.state == state::pending && key.seen_since &&
         (by_hand || now - *key.seen_since >= rules.seen_for);
}

/// The active key of an algorithm is old, and no successor is on its way.
bool is_due(const std::vector<stored_signing_key>& keys, signing_algorithm of, wall_time now,
            const rotation_rules& rules) {
  const auto has = [&](state in, auto test) {
    return std::ranges::any_of(keys, [&](const stored_signing_key& each) {
      return each.algorithm == of && each.state == in && test(each);
    });
  };
  const auto any = [](const stored_signing_key&) { return true; };
  const auto is_old = [&](const stored_signing_key& each) {
    return now - each.changed_at >= rules.rotate_every;
  };
  return rules.rotate_every > microseconds{0} && !has(state::pending, any) &&
         has(state::active, is_old);
}

/// The newest of each algorithm that `test` holds for.
template <class Test>
std::vector<stored_signing_key> newest(const std::vector<stored_signing_key>& keys, Test test) {
  std::map<signing_algorithm, const stored_signing_key*> best;
  for (const auto& each : keys)
    if (auto& of = best[each.algorithm];
        test(each) && !each.sealed.empty() && (of == nullptr || of->changed_at <= each.changed_at))
      of = &each;
  std::vector<stored_signing_key> found;
  for (const auto& [algorithm, each] : best)
    if (each != nullptr)
      found.push_back(*each);
  return found;
}

} // namespace

rotated_keys rotate(std::vector<stored_signing_key> keys,
                    const std::map<std::string, key_finding>& findings, wall_time now, bool by_hand,
                    const rotation_rules& rules) {
  std::ranges::sort(keys, {}, &stored_signing_key::created_at);
  for (auto& key : keys)
    if (const auto found = findings.find(key.selector); found != findings.end())
      note(key, found->second, now);
  for (auto& key : keys) {
    if (!is_ready(key, now, by_hand, rules))
      continue;
    for (auto& before : keys)
      if (before.algorithm == key.algorithm && before.state == state::active)
        move(before, state::retiring, now);
    move(key, state::active, now);
  }
  for (auto& key : keys)
    if (key.state == state::retiring && now - key.changed_at >= rules.kept_for)
      move(key, state::retired, now);
  std::erase_if(keys, [](const stored_signing_key& key) {
    return key.state == state::retired && key.missing_since;
  });
  rotated_keys made{std::move(keys), {}};
  if (made.keys.empty())
    made.due = {signing_algorithm::rsa_sha256, signing_algorithm::ed25519_sha256};
  for (const auto of : {signing_algorithm::rsa_sha256, signing_algorithm::ed25519_sha256})
    if (is_due(made.keys, of, now, rules))
      made.due.push_back(of);
  return made;
}

std::vector<stored_signing_key> signing_keys_of(const std::vector<stored_signing_key>& keys) {
  for (const auto wanted : {state::active, state::retiring})
    if (auto found = newest(keys,
                            [&](const stored_signing_key& key) {
                              return key.state == wanted && !key.missing_since;
                            });
        !found.empty())
      return found;
  return newest(keys, [](const stored_signing_key& key) { return key.state == state::active; });
}

} // namespace warmfront
