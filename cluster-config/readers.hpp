// From a raw value to a member of `config`: one overload per type of member.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "cluster-config/keys.hpp"
#include "cluster-config/values.hpp"

namespace warmfront::config {

/// Each stores the value when its type and notation fit, and reports a finding otherwise.
void read_value(const raw_value& from, std::string& into, findings& faults);
void read_value(const raw_value& from, bool& into, findings& faults);
void read_value(const raw_value& from, std::uint32_t& into, findings& faults);
/// A size in octets: a notation such as `10MiB`, or a number.
void read_value(const raw_value& from, std::uint64_t& into, findings& faults);
void read_value(const raw_value& from, std::chrono::milliseconds& into, findings& faults);
/// An offset from UTC.
void read_value(const raw_value& from, std::chrono::minutes& into, findings& faults);
void read_value(const raw_value& from, replication_mode& into, findings& faults);
/// A list of texts; an element of another type leaves an empty text, so that indices stay true.
void read_value(const raw_value& from, std::vector<std::string>& into, findings& faults);
void read_value(const raw_value& from, std::vector<route_config>& into, findings& faults);
void read_value(const raw_value& from, std::vector<provider_config>& into, findings& faults);

/// A check of every element of a list.
template <class Check>
auto each(Check check) {
  return [check](const std::vector<std::string>& values, findings& faults) {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (auto found = check(values[i]))
        faults.add('[' + std::to_string(i) + ']', *found);
  };
}

/// A check of a text.
template <class Check>
auto text(Check check) {
  return [check](const std::string& value, findings& faults) {
    if (auto found = check(value))
      faults.add("", *found);
  };
}

/// What a value outside [least, most] is told.
[[nodiscard]] problem check_range(std::uint64_t value, std::uint64_t least, std::uint64_t most,
                                  std::string (*show)(std::uint64_t));

/// A size between two.
inline auto octets(std::uint64_t least, std::uint64_t most) {
  return [=](std::uint64_t value, findings& faults) {
    if (auto found = check_range(value, least, most, size_text))
      faults.add("", *found);
  };
}

/// A number between two.
inline auto number(std::uint32_t least, std::uint32_t most) {
  return [=](std::uint32_t value, findings& faults) {
    if (auto found = check_range(value, least, most,
                                 [](std::uint64_t shown) { return std::to_string(shown); }))
      faults.add("", *found);
  };
}

/// A duration between two.
auto duration(std::chrono::milliseconds least, std::chrono::milliseconds most)
    -> std::function<void(std::chrono::milliseconds, findings&)>;

/// For types whose notation leaves nothing to check.
struct anything {
  template <class Value>
  void operator()(const Value&, findings&) const {}
};

} // namespace warmfront::config
