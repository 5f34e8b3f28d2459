#include "cluster-config/config.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <tuple>

#include "cluster-config/document.hpp"
#include "cluster-config/keys.hpp"
#include "cluster-config/values.hpp"

namespace warmfront::config {

namespace {

const table_rule* find_table(std::string_view name) {
  for (const auto& table : table_rules())
    if (table.name == name)
      return &table;
  return nullptr;
}

/// The names that a table may contain: its keys and the tables inside it.
std::vector<std::string> names_inside(const std::string& table) {
  std::vector<std::string> names;
  const auto prefix = table.empty() ? std::string{} : table + '.';
  for (const auto& rule : table_rules()) {
    if (rule.name == table)
      for (const auto& key : rule.keys)
        names.push_back(key.name);
    const bool inside = rule.name.starts_with(prefix) && rule.name.size() > prefix.size();
    if (inside && rule.name.find('.', prefix.size()) == std::string::npos)
      names.push_back(rule.name.substr(prefix.size()));
  }
  return names;
}

std::string join(const std::vector<std::string>& names) {
  std::string joined;
  for (const auto& name : names)
    joined += (joined.empty() ? "" : ", ") + name;
  return joined;
}

/// What an unknown name was probably meant to be: a slip of the pen, or a key of another table.
std::string suggestion(const std::string& table, const std::string& name) {
  const auto near = nearest(name, names_inside(table));
  if (!near.empty())
    return near;
  for (const auto& rule : table_rules())
    for (const auto& key : rule.keys)
      if (key.name == name)
        return rule.name + '.' + name;
  return {};
}

class document_reader {
public:
  explicit document_reader(loaded_config& into) : into_{into} {}

  void read_table(const raw_table& table, const std::string& name) {
    const auto* rule = find_table(name);
    for (const auto& member : table) {
      const auto path = name.empty() ? member.name : name + '.' + member.name;
      if (const auto* inner = find_table(path))
        read_inner(member, *inner);
      else
        read_key(member, rule, name);
    }
  }

private:
  void read_inner(const raw_member& member, const table_rule& rule) {
    if (const auto* table = std::get_if<raw_table>(&member.value.content)) {
      rule.create(into_.value);
      read_table(*table, rule.name);
    } else {
      into_.faults.push_back({"", member.where.line, member.where.column, rule.name,
                              "is " + describe(member.value), "a table, [" + rule.name + ']'});
    }
  }

  void read_key(const raw_member& member, const table_rule* rule, const std::string& table) {
    if (rule != nullptr)
      for (const auto& key : rule->keys)
        if (key.name == member.name) {
          findings found{table + '.' + key.name, key.expected, into_.faults};
          return key.read(member.value, into_.value, found);
        }
    const auto path = (table.empty() ? "" : table + '.') + printable(member.name.substr(0, 64));
    const auto meant = suggestion(table, member.name);
    into_.faults.push_back({"", member.where.line, member.where.column, path,
                            "is unknown" + (meant.empty() ? "" : ", did you mean " + meant + '?'),
                            "one of " + join(names_inside(table))});
  }

  loaded_config& into_;
};

/// Whether `inner` is `outer` or lies inside it.
bool is_within(const std::string& inner, const std::string& outer) {
  return inner.starts_with(outer) &&
         (inner.size() == outer.size() || inner[outer.size()] == '.' || inner[outer.size()] == '[');
}

/// Adds what the pure rules find, except about values that could not even be read.
void add_rule_faults(loaded_config& loaded) {
  const auto unreadable = loaded.faults;
  for (auto& found : validate(loaded.value))
    if (std::none_of(unreadable.begin(), unreadable.end(),
                     [&](const fault& earlier) { return is_within(found.key, earlier.key); }))
      loaded.faults.push_back(std::move(found));
}

void place_faults(loaded_config& loaded, const raw_value& root, const std::string& file) {
  for (auto& found : loaded.faults) {
    found.file = file;
    if (found.line == 0) {
      const auto where = locate(root, found.key);
      found.line = where.line;
      found.column = where.column;
    }
  }
  std::stable_sort(loaded.faults.begin(), loaded.faults.end(), [](const fault& a, const fault& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
}

struct file_use {
  std::string key;
  std::string* path;
};

/// Files that have to be there when the node starts.
std::vector<file_use> needed_files(config& value) {
  std::vector<file_use> uses;
  if (value.tls) {
    uses.push_back({"tls.certificate", &value.tls->certificate});
    uses.push_back({"tls.key", &value.tls->key});
  }
  if (value.http.tls) {
    uses.push_back({"http.tls.certificate", &value.http.tls->certificate});
    uses.push_back({"http.tls.key", &value.http.tls->key});
  }
  if (value.cluster) {
    uses.push_back({"cluster.certificate", &value.cluster->certificate});
    uses.push_back({"cluster.key", &value.cluster->key});
    uses.push_back({"cluster.ca", &value.cluster->ca});
  }
  if (!value.delivery.ca_file.empty())
    uses.push_back({"delivery.ca_file", &value.delivery.ca_file});
  if (value.dns.dnssec)
    uses.push_back({"dns.trust_anchor", &value.dns.trust_anchor});
  return uses;
}

void resolve_paths(config& value, const std::filesystem::path& directory) {
  auto uses = needed_files(value);
  uses.push_back({"node.data_dir", &value.node.data_dir});
  uses.push_back({"http.console", &value.http.console});
  uses.push_back({"log.file", &value.log.file});
  uses.push_back({"secrets.key_file", &value.secrets.key_file});
  uses.push_back({"backup.directory", &value.backup.directory});
  uses.push_back({"events.file", &value.events.file});
  uses.push_back({"webhooks.ca_file", &value.webhooks.ca_file});
  for (const auto& use : uses)
    if (!use.path->empty() && use.path->find('\0') == std::string::npos)
      *use.path = (directory / *use.path).lexically_normal().string();
}

/// The text of a regular file, or why it cannot be had.
std::optional<std::string> read_file(const std::string& path, std::string& why) {
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) {
    why = std::generic_category().message(EISDIR);
    return std::nullopt;
  }
  errno = 0;
  std::ifstream stream{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{stream}, {}};
  if (!stream.is_open() || stream.bad()) {
    why = std::generic_category().message(errno);
    return std::nullopt;
  }
  return text;
}

void check_files(loaded_config& loaded) {
  for (const auto& use : needed_files(loaded.value)) {
    std::string why;
    if (!check_path(*use.path) && !read_file(*use.path, why))
      loaded.faults.push_back({"", 0, 0, use.key, quote(*use.path) + " cannot be read: " + why,
                               "a PEM file that this user may read"});
  }
}

/// Everything that can be said without opening another file; places are not filled in yet.
raw_document read_and_validate(const std::string& text, loaded_config& loaded) {
  auto document = read_document(text);
  loaded.faults = document.faults;
  if (document.faults.empty()) {
    document_reader{loaded}.read_table(std::get<raw_table>(document.root.content), "");
    add_rule_faults(loaded);
  }
  return document;
}

} // namespace

std::string to_string(const fault& value) {
  std::string text = value.file;
  if (value.line != 0)
    text += ':' + std::to_string(value.line) + ':' + std::to_string(value.column);
  if (!text.empty())
    text += ": ";
  if (!value.key.empty())
    text += value.key + ": ";
  text += value.problem;
  if (!value.expected.empty())
    text += "; expected " + value.expected;
  return text;
}

loaded_config load(const std::string& path) {
  loaded_config loaded;
  std::string why;
  const auto text = read_file(path, why);
  if (!text) {
    loaded.faults.push_back({path, 0, 0, "", "cannot be read: " + why, "a configuration file"});
    return loaded;
  }
  const auto document = read_and_validate(*text, loaded);
  resolve_paths(loaded.value, std::filesystem::path{path}.parent_path());
  check_files(loaded);
  place_faults(loaded, document.root, path);
  return loaded;
}

loaded_config parse(const std::string& text, const std::string& file) {
  loaded_config loaded;
  const auto document = read_and_validate(text, loaded);
  place_faults(loaded, document.root, file);
  return loaded;
}

} // namespace warmfront::config
