// Arguments that many commands have. Inside `admin/cli` only.
#pragma once

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "admin/cli/command.hpp"

namespace warmfront::admin::cli {

inline constexpr argument name{.name = "name",
                               .about = "its name",
                               .where = place::path,
                               .positional = true,
                               .required = true};
inline constexpr argument body_name{
    .name = "name", .about = "its name", .positional = true, .required = true};
inline constexpr argument limit{
    .name = "limit", .about = "how many at most", .where = place::query, .kind = shape::number};
inline constexpr argument after{
    .name = "after", .about = "go on after this", .where = place::query};

/// An argument before others.
template <std::size_t Count>
constexpr auto with_first(const argument& first, const argument (&others)[Count]) {
  std::array<argument, Count + 1> all{first};
  std::copy(std::begin(others), std::end(others), all.begin() + 1);
  return all;
}

/// Commands about what is sent, and to whom.
[[nodiscard]] std::span<const command> sending_commands() noexcept;
/// Commands about single messages, and about many that wait.
[[nodiscard]] std::span<const command> message_commands() noexcept;
/// Commands about who sends, and who is not sent to.
[[nodiscard]] std::span<const command> identity_commands() noexcept;
/// Commands that are more than one request, or none.
[[nodiscard]] std::span<const command> own_commands() noexcept;
/// Commands about who hears what became of it.
[[nodiscard]] std::span<const command> feedback_commands() noexcept;
/// Commands about backups of a running node.
[[nodiscard]] std::span<const command> backup_commands() noexcept;

/// Commands about accounts, and about who changed what.
[[nodiscard]] std::span<const command> access_commands() noexcept;

} // namespace warmfront::admin::cli
