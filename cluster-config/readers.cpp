#include "cluster-config/readers.hpp"

#include <limits>

namespace warmfront::config {

namespace {

/// A text in a notation of ours.
template <class Value, class Parse>
void read_notation(const raw_value& from, Value& into, findings& faults, Parse parse,
                   std::string_view notation) {
  const auto* text = std::get_if<std::string>(&from.content);
  if (text == nullptr)
    return faults.add("", "is " + describe(from));
  const auto parsed = parse(*text);
  if (!parsed)
    return faults.add("", quote(*text) + " is not " + std::string{notation});
  into = *parsed;
}

/// A value of exactly one TOML type.
template <class Value>
void read_plain(const raw_value& from, Value& into, findings& faults, const std::string& suffix) {
  if (const auto* value = std::get_if<Value>(&from.content))
    into = *value;
  else
    faults.add(suffix, "is " + describe(from));
}

std::optional<replication_mode> parse_replication(std::string_view text) {
  if (text == "none")
    return replication_mode::none;
  if (text == "preferred")
    return replication_mode::preferred;
  if (text == "required")
    return replication_mode::required;
  return std::nullopt;
}

void read_texts(const raw_value& from, std::vector<std::string>& into, findings& faults,
                const std::string& suffix) {
  const auto* list = std::get_if<raw_list>(&from.content);
  if (list == nullptr)
    return faults.add(suffix, "is " + describe(from));
  into.assign(list->size(), {});
  for (std::size_t i = 0; i < list->size(); ++i)
    read_plain((*list)[i], into[i], faults, suffix + '[' + std::to_string(i) + ']');
}

/// A list of tables, each read by `read_one`.
template <class Entry, class ReadOne>
void read_tables(const raw_value& from, std::vector<Entry>& into, findings& faults,
                 ReadOne read_one) {
  const auto* list = std::get_if<raw_list>(&from.content);
  if (list == nullptr)
    return faults.add("", "is " + describe(from));
  into.assign(list->size(), {});
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto suffix = '[' + std::to_string(i) + ']';
    if (const auto* table = std::get_if<raw_table>(&(*list)[i].content))
      read_one(*table, suffix, into[i], faults);
    else
      faults.add(suffix, "is " + describe((*list)[i]));
  }
}

void read_provider(const raw_table& from, const std::string& suffix, provider_config& into,
                   findings& faults) {
  for (const auto& member : from) {
    const auto where = suffix + '.' + member.name;
    if (member.name == "name")
      read_plain(member.value, into.name, faults, where);
    else if (member.name == "domains")
      read_texts(member.value, into.domains, faults, where);
    else if (member.name == "hosts")
      read_texts(member.value, into.hosts, faults, where);
    else
      faults.add(suffix + '.' + printable(member.name), "is not a key of a provider");
  }
}

void read_route(const raw_table& from, const std::string& suffix, route_config& into,
                findings& faults) {
  for (const auto& member : from) {
    const auto where = suffix + '.' + member.name;
    if (member.name == "domain")
      read_plain(member.value, into.domain, faults, where);
    else if (member.name == "to")
      read_plain(member.value, into.to, faults, where);
    else
      faults.add(suffix + '.' + printable(member.name), "is not a key of a route");
  }
}

} // namespace

void read_value(const raw_value& from, std::string& into, findings& faults) {
  read_plain(from, into, faults, "");
}

void read_value(const raw_value& from, bool& into, findings& faults) {
  read_plain(from, into, faults, "");
}

void read_value(const raw_value& from, std::uint32_t& into, findings& faults) {
  const auto* value = std::get_if<std::int64_t>(&from.content);
  if (value == nullptr || *value < 0 || *value > std::numeric_limits<std::uint32_t>::max())
    return faults.add("", "is " + describe(from));
  into = static_cast<std::uint32_t>(*value);
}

void read_value(const raw_value& from, std::uint64_t& into, findings& faults) {
  if (const auto* value = std::get_if<std::int64_t>(&from.content)) {
    if (*value < 0)
      return faults.add("", "is " + describe(from));
    into = static_cast<std::uint64_t>(*value);
    return;
  }
  read_notation(from, into, faults, parse_size, "a size");
}

void read_value(const raw_value& from, std::chrono::milliseconds& into, findings& faults) {
  read_notation(from, into, faults, parse_duration, "a duration");
}

void read_value(const raw_value& from, std::chrono::minutes& into, findings& faults) {
  read_notation(from, into, faults, parse_utc_offset, "an offset from UTC");
}

void read_value(const raw_value& from, replication_mode& into, findings& faults) {
  read_notation(from, into, faults, parse_replication, "a way to replicate");
}

void read_value(const raw_value& from, std::vector<std::string>& into, findings& faults) {
  const auto* list = std::get_if<raw_list>(&from.content);
  if (list == nullptr)
    return faults.add("", "is " + describe(from));
  into.assign(list->size(), {});
  for (std::size_t i = 0; i < list->size(); ++i)
    read_plain((*list)[i], into[i], faults, '[' + std::to_string(i) + ']');
}

void read_value(const raw_value& from, std::vector<route_config>& into, findings& faults) {
  read_tables(from, into, faults, read_route);
}

void read_value(const raw_value& from, std::vector<provider_config>& into, findings& faults) {
  read_tables(from, into, faults, read_provider);
}

problem check_range(std::uint64_t value, std::uint64_t least, std::uint64_t most,
                    std::string (*show)(std::uint64_t)) {
  if (value < least)
    return show(value) + " is less than " + show(least);
  if (value > most)
    return show(value) + " is more than " + show(most);
  return std::nullopt;
}

std::function<void(std::chrono::milliseconds, findings&)> duration(std::chrono::milliseconds least,
                                                                   std::chrono::milliseconds most) {
  return [=](std::chrono::milliseconds value, findings& faults) {
    if (value < least)
      faults.add("", duration_text(value) + " is less than " + duration_text(least));
    else if (value > most)
      faults.add("", duration_text(value) + " is more than " + duration_text(most));
  };
}

} // namespace warmfront::config
