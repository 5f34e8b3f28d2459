// Answers of the API for people and programs. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/api/json.hpp"
#include "admin/cli/command.hpp"

namespace warmfront::admin::cli {

enum class output_format { table, json, yaml };
[[nodiscard]] std::optional<output_format> parse_format(std::string_view text) noexcept;

/// The answer to a command, ending with a line end; empty for an empty answer. What others wrote
/// (subjects, replies of servers) is shown without control characters, so that it cannot command
/// the terminal.
[[nodiscard]] std::string render(const command& what, const ordered_json& answer,
                                 output_format format);

/// The entries of a page as lines of CSV (RFC 4180), with the command's columns; absent values are
/// empty. `with_header`: their names come first.
[[nodiscard]] std::string render_csv(const command& what, const ordered_json& page,
                                     bool with_header);

/// A problem document as lines `error: …`, `why: …` and `try: …`, or as it is, for programs.
[[nodiscard]] std::string render_problem(unsigned status, std::string_view body,
                                         bool as_json = false);
/// The same of a failure of our own, which as JSON is a problem document without `status`.
[[nodiscard]] std::string render_error(const error& failure, bool as_json = false);

/// Text without what a terminal would obey: control characters, C1 ones in UTF-8 included.
[[nodiscard]] std::string inert(std::string_view text);

/// A table with these headings: columns as wide as their widest entry. For what no command of the
/// table answers.
[[nodiscard]] std::string text_table(const std::vector<std::string>& headings,
                                     const std::vector<std::vector<std::string>>& rows);

} // namespace warmfront::admin::cli
