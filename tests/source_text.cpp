#include "tests/source_text.hpp"

#include <algorithm>

namespace warmfront::testing {

bool is_word_octet(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

namespace {

/// Copies C++ without what is inside comments, strings and characters; line ends stay.
class blanker {
public:
  explicit blanker(std::string_view text) : text_{text} {}

  std::string run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (text_.substr(at_, 2) == "//")
        skip_to("\n", false);
      else if (text_.substr(at_, 2) == "/*")
        skip_to("*/", true);
      else if (c == '"' && is_raw())
        skip_raw();
      else if (c == '"' || (c == '\'' && !is_digit_separator()))
        skip_literal(c);
      else
        keep();
    }
    return out_;
  }

private:
  void keep() { out_ += text_[at_++]; }
  void blank() {
    out_ += text_[at_] == '\n' ? '\n' : ' ';
    ++at_;
  }
  void blank_until(std::size_t end) {
    while (at_ < std::min(end, text_.size()))
      blank();
  }
  void skip_to(std::string_view end, bool inclusive) {
    const auto found = text_.find(end, at_ + 2);
    blank_until(found == std::string_view::npos ? found : found + (inclusive ? end.size() : 0));
  }
  bool is_raw() const { return at_ > 0 && text_[at_ - 1] == 'R'; }
  bool is_digit_separator() const { return at_ > 0 && is_word_octet(text_[at_ - 1]); }
  void skip_raw() {
    const auto open = text_.find('(', at_);
    const auto end = ')' + std::string{text_.substr(at_ + 1, open - at_ - 1)} + '"';
    const auto found = text_.find(end, open);
    blank_until(found == std::string_view::npos ? found : found + end.size());
  }
  void skip_literal(char quote) {
    keep();
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n')
      blank_until(at_ + (text_[at_] == '\\' ? 2 : 1));
    if (at_ < text_.size())
      keep();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

/// Whether the text before a brace at namespace or class scope begins a function's body.
bool is_function_head(std::string_view head) {
  const auto begins_scope = [](std::string_view word) {
    return word == "namespace" || word == "class" || word == "struct" || word == "union" ||
           word == "enum" || word == "extern" || word == "concept";
  };
  int depth = 0;
  bool has_parameters = false;
  std::string word;
  for (const char c : head) {
    if (is_word_octet(c)) {
      word += c;
      continue;
    }
    if (depth == 0 && !has_parameters && begins_scope(word))
      return false;
    word.clear();
    depth += c == '(' || c == '[' ? 1 : 0;
    depth -= c == ')' || c == ']' ? 1 : 0;
    has_parameters = has_parameters || (c == ')' && depth == 0);
  }
  return depth == 0 && has_parameters && !begins_scope(word);
}

/// Whether a head has the colon of a member initialiser list, which is not one of `::`.
bool has_member_list(std::string_view head) {
  for (auto at = head.find(')'); at < head.size(); ++at)
    if (head[at] == ':') {
      if (head.substr(at, 2) != "::")
        return true;
      ++at;
    }
  return false;
}

/// Whether an inner brace in a head is an initialiser: `: member_{value}`, `= {…}`.
bool is_initialiser(std::string_view head) {
  const auto last = head.find_last_not_of(" \n\t");
  if (last == std::string_view::npos)
    return false;
  return head[last] == '=' || head[last] == ',' || head[last] == '(' ||
         ((is_word_octet(head[last]) || head[last] == '>') && has_member_list(head));
}

/// The end of a balanced brace that opens at `at`.
std::size_t closing_brace(std::string_view code, std::size_t at) {
  int depth = 0;
  for (; at < code.size(); ++at) {
    depth += code[at] == '{' ? 1 : 0;
    depth -= code[at] == '}' ? 1 : 0;
    if (depth == 0)
      return at;
  }
  return code.size() - 1;
}

} // namespace

std::string without_literals(std::string_view text) {
  return blanker{text}.run();
}

std::vector<function_size> functions_of(std::string_view code) {
  const auto line_of = [&](std::size_t at) {
    return static_cast<std::size_t>(
               std::count(code.begin(), code.begin() + static_cast<std::ptrdiff_t>(at), '\n')) +
           1;
  };
  std::vector<function_size> found;
  std::string head;
  for (std::size_t at = 0; at < code.size(); ++at) {
    const char c = code[at];
    if (c == '#' && head.find_first_not_of(" \n\t") == std::string::npos) {
      // A directive, with the lines it continues on.
      do
        at = std::min(code.find('\n', at + 1), code.size());
      while (at < code.size() && code[at - 1] == '\\');
    } else if (c == '{' && is_initialiser(head)) {
      at = closing_brace(code, at);
      head += "()"; // as if it were written with parentheses
    } else if (c == '{' && is_function_head(head)) {
      const auto end = closing_brace(code, at);
      found.push_back({line_of(at), line_of(end) - line_of(at) + 1});
      at = end;
      head.clear();
    } else if (c == '{' || c == '}' || c == ';') {
      head.clear();
    } else {
      head += c;
    }
  }
  return found;
}

} // namespace warmfront::testing
