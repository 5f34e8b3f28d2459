// The CLI's commands as a table: each noun and verb is a request to the API. Pure.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"
#include "admin/api/json.hpp"

namespace warmfront::admin::cli {

/// Where an argument goes in the request.
enum class place {
  path,    ///< into the `{}` of the path, in order
  query,   ///< a query parameter of its name
  body,    ///< a field of the body
  each_ip, ///< a field of every entry of the body's list of addresses
  gate,    ///< `gate_day` becomes the body's `gate` with a `day`
  raw,     ///< the whole body, as JSON
  list,    ///< the whole body, as a list of recipients: CSV, or NDJSON by the name of its file
  repeat,  ///< a field of the body's `repeat`
  filter,  ///< a field of the body's `filter`
  nowhere, ///< for the command itself
  track,   ///< `opens` or `no_opens`: a truth of the body's `tracking`
  own,     ///< for a command that is more than one request
};

enum class shape {
  text,
  number,
  texts,          ///< may be repeated
  numbers,        ///< separated by commas
  named_numbers,  ///< may be repeated: `gmail=100,200`
  named_number,   ///< may be repeated: `gmail=1000`
  named_decimals, ///< may be repeated: `lower_spam=5`
  named_texts,    ///< may be repeated: `name=Ada`
  file,           ///< the content of a file, `-` for standard input; `to_request` gets the content
  secret_file,    ///< the same, without the line end at its end
  addresses,      ///< may be repeated: entries of a list of objects with an `address`
  flag,           ///< given or not
  standard_input, ///< a flag; `to_request` gets what standard input holds
  attachments,    ///< may be repeated: `FILE` or `FILE;type=MEDIA/TYPE`; `to_request` gets
                  ///< what `attached` made of it
};

/// A positional argument or an option of a command.
struct argument {
  std::string_view name; ///< of the API's field; options are written `--reply-to` for `reply_to`,
                         ///< without the plural's `s` where each names one of many, with
                         ///< `-file` behind it for a file
  std::string_view about;
  place where = place::body;
  shape kind = shape::text;
  bool positional = false;
  bool required = false;
  std::string_view field{}; ///< of the API, where it is not `name`
  char letter = 0;          ///< of a short option; 0: there is none
};

struct command {
  std::string_view noun;
  std::string_view verb{}; ///< empty: the noun alone is the command
  std::string_view about{};
  std::string_view method{}; ///< empty: it is more than one request, see `own_commands.hpp`
  std::string_view path{};   ///< with `{}` for each path argument
  std::span<const argument> arguments{};
  std::string_view fixed_body{}; ///< JSON that the arguments are added to
  std::string_view columns{};    ///< of a table, separated by blanks; empty: field by field
  bool in_sentences = false;     ///< shown as sentences, unless JSON or YAML is asked for
  bool asks_first = false;       ///< its first answer is a count, which is to be confirmed
  bool exports_all = false;      ///< all pages, one after the other, as CSV of the columns
};

[[nodiscard]] std::span<const command> commands();

/// What the user gave, by the arguments' names.
using given_values = std::map<std::string, std::vector<std::string>, std::less<>>;

/// A request to the API.
struct api_request {
  std::string method;
  std::string target;    ///< path and query, escaped
  std::string body;      ///< JSON, a list or empty
  std::string file = {}; ///< the body is its content, of any size; empty: it is `body`
  std::string media_type = "application/json";
};

/// `errc::invalid_argument` for numbers that are none.
[[nodiscard]] result<api_request> to_request(const command& what, const given_values& given);

/// Whether an option of this name may be repeated, each time with one entry of what it names.
[[nodiscard]] bool names_one_of_many(const argument& value);

/// Whether an argument names a file, whose content is what counts.
[[nodiscard]] constexpr bool is_file(shape kind) noexcept {
  return kind == shape::file || kind == shape::secret_file;
}

/// Whether an option takes no value.
[[nodiscard]] constexpr bool is_flag(shape kind) noexcept {
  return kind == shape::flag || kind == shape::standard_input;
}

/// A file to attach, for `to_request`: `given` as it was written, and what the file holds.
[[nodiscard]] std::string attached(std::string_view given, std::string_view content);
/// The file's name in what was written.
[[nodiscard]] std::string_view attached_file(std::string_view given) noexcept;

/// The option of an argument: `--reply-to`.
[[nodiscard]] std::string option_of(const argument& value);

} // namespace warmfront::admin::cli
