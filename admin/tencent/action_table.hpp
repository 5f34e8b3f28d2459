// The interface as one table: every action of Tencent Cloud SES 2020-10-02 with what it takes and
// what it answers. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace warmfront::admin::tencent {

inline constexpr std::string_view api_version = "2020-10-02";

enum class parameter_kind : std::uint8_t {
  text,
  number,        ///< a whole number from 0 to 2^53 - 1
  signed_number, ///< the same with negative ones
  truth,
  texts,   ///< an array of texts
  object,  ///< of the structure `nested`
  objects, ///< an array of them
};

struct structure;

struct parameter {
  std::string_view name; ///< as on the wire: `TemplateID`
  parameter_kind kind = parameter_kind::text;
  const structure* nested = nullptr;
  bool required = false;
};

/// Up to 16 parameters, held by value so that a table can be written in one piece.
class parameter_list {
public:
  constexpr parameter_list() = default;
  constexpr parameter_list(std::initializer_list<parameter> parameters) {
    for (const auto& each : parameters)
      items_[size_++] = each;
  }
  [[nodiscard]] constexpr const parameter* begin() const noexcept { return items_.data(); }
  [[nodiscard]] constexpr const parameter* end() const noexcept { return items_.data() + size_; }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

private:
  std::array<parameter, 16> items_{};
  std::size_t size_ = 0;
};

struct structure {
  std::string_view name;
  parameter_list members;
};

struct action {
  std::string_view name; ///< `SendEmail`
  parameter_list input;
  parameter_list output; ///< without `RequestId`, which every answer has
};

/// All of them, in the order of their names.
[[nodiscard]] std::span<const action> all_actions() noexcept;

/// The action of that name, which is case-sensitive; null when there is none.
[[nodiscard]] const action* find_action(std::string_view name) noexcept;

} // namespace warmfront::admin::tencent
