// What readers of lists give for any octets, however these are cut.
#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

#include "actors/core/address.hpp"
#include "actors/groups/csv_reader.hpp"
#include "actors/groups/ndjson_reader.hpp"
#include "tests/actors/groups/recorded_list.hpp"

using namespace warmfront;
using namespace warmfront::testing;

namespace {

std::string random_list(std::mt19937& random, const std::vector<std::string>& words,
                        std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += words[random() % words.size()];
  return text;
}

std::string random_csv(std::mt19937& random) {
  const std::vector<std::string> words{"a@b.de", ",",  ",", "\"", "\"",         "\"\"",      "\n",
                                       "\r\n",   "\r", "x", " ",  "A@B.de,x\n", "\"a@b.de\""};
  return random_list(random, words, 1 + random() % 40);
}

std::string random_ndjson(std::mt19937& random) {
  const std::vector<std::string> words{"{\"email\":\"a@b.de\"}",
                                       "{\"email\":",
                                       "\"a@b.de\"",
                                       "}",
                                       "{",
                                       "\"x\":",
                                       "1",
                                       ",",
                                       "\n",
                                       "\r\n",
                                       "\r",
                                       " ",
                                       "[",
                                       "\xef\xbb\xbf",
                                       ",\"y\":\"\xc3\xa4\"}\n",
                                       "null"};
  return random_list(random, words, 1 + random() % 40);
}

std::string random_octets(std::mt19937& random) {
  std::string text(random() % 300, '\0');
  for (auto& octet : text)
    octet = static_cast<char>(random() % 8 == 0 ? '\n' : random());
  return text;
}

/// The numbers of the lines that are not blank.
std::vector<std::uint64_t> numbers_of_lines(const std::string& text) {
  std::vector<std::uint64_t> numbers;
  std::uint64_t number = 1;
  bool is_blank = true;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool is_end = i == text.size() || text[i] == '\n' || text[i] == '\r';
    if (!is_end) {
      is_blank = is_blank && (text[i] == ' ' || text[i] == '\t');
      continue;
    }
    if (!is_blank)
      numbers.push_back(number);
    i += text.compare(i, 2, "\r\n") == 0 ? 1 : 0;
    ++number;
    is_blank = true;
  }
  return numbers;
}

struct csv_model {
  std::vector<recorded_row> rows;
  std::vector<std::uint64_t> lines; ///< of rows and rejections
};

/// RFC 4180 read from a whole text, under the header `email,v`; the text has LF alone.
csv_model model_of_csv(const std::string& text) {
  csv_model model;
  std::uint64_t line = 2;
  for (std::size_t begin = 0, at = 0; begin < text.size(); begin = at + 1) {
    at = begin;
    std::vector<std::string> fields(1);
    bool is_wrong = false;
    bool is_open = false;
    for (; at < text.size() && text[at] != '\n'; ++at) {
      if (text[at] == ',') {
        fields.emplace_back();
      } else if (text[at] == '"' && (at == begin || text[at - 1] == ',') && fields.back().empty()) {
        is_open = true;
        while (is_open && ++at < text.size()) {
          is_open = text[at] != '"' || text.compare(at, 2, "\"\"") == 0;
          at += text.compare(at, 2, "\"\"") == 0 ? 1 : 0;
          if (is_open)
            fields.back() += text[at];
        }
        is_wrong =
            is_wrong || (at + 1 < text.size() && text[at + 1] != ',' && text[at + 1] != '\n');
        if (is_open)
          break;
      } else {
        fields.back() += text[at];
      }
    }
    if (is_open)
      at = std::min(text.find('\n', begin), text.size());
    const auto record = text.substr(begin, at - begin);
    const bool is_row =
        !is_open && !is_wrong && fields.size() == 2 && fields[1].find('\n') == std::string::npos;
    const auto blanks = is_row ? fields[0].find_first_not_of(' ') : std::string::npos;
    const auto address =
        blanks == std::string::npos
            ? result<mail_address>{error{}}
            : parse_address(fields[0].substr(blanks, fields[0].find_last_not_of(' ') + 1 - blanks),
                            true);
    if (address)
      model.rows.push_back({line, address.value().str(), {{"v", fields[1]}}});
    if (record.find_first_not_of(' ') != std::string::npos)
      model.lines.push_back(line);
    line += 1 + std::uint64_t(std::count(record.begin(), record.end(), '\n'));
  }
  return model;
}

std::string with_line_feeds(std::string text) {
  for (auto at = text.find("\r\n"); at != std::string::npos; at = text.find("\r\n", at))
    text.erase(at, 1);
  std::replace(text.begin(), text.end(), '\r', '\n');
  return text;
}

} // namespace

TEST_CASE("list readers: any cutting gives the same rows and rejections", "[groups][property]") {
  const auto seed = GENERATE(range(0u, 400u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  const auto csv = (random() % 4 == 0 ? ""
                                      : "\xef\xbb\xbf"
                                        "email,v\r\n") +
                   random_csv(random);
  CAPTURE(csv);
  CHECK(read_cut_list<csv_reader>(csv, random) == read_list<csv_reader>(csv));
  CHECK(read_list<csv_reader>(csv, 1) == read_list<csv_reader>(csv));
  const auto json = random_ndjson(random);
  CAPTURE(json);
  CHECK(read_cut_list<ndjson_reader>(json, random) == read_list<ndjson_reader>(json));
  CHECK(read_list<ndjson_reader>(json, 1) == read_list<ndjson_reader>(json));
}

TEST_CASE("list readers: cutting does not matter around the longest line either",
          "[groups][property]") {
  const auto seed = GENERATE(range(0u, 20u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  std::string text = "email,v\n";
  for (int i = 0; i < 4; ++i) {
    text += random_csv(random);
    text += std::string(list_line_octets_max - 10 + random() % 20, "x\"\n"[random() % 2]);
    text += random_csv(random);
  }
  CHECK(read_cut_list<csv_reader>(text, random) == read_list<csv_reader>(text));
  CHECK(read_cut_list<ndjson_reader>(text, random) == read_list<ndjson_reader>(text));
}

TEST_CASE("csv reader: random text gives what RFC 4180 says", "[groups][property]") {
  const auto seed = GENERATE(range(0u, 2'000u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  const auto text = random_csv(random);
  CAPTURE(text);
  const auto list = read_list<csv_reader>("email,v\n" + text);
  const auto model = model_of_csv(with_line_feeds(text));
  CHECK(list.rows == model.rows);
  CHECK(list.lines == model.lines);
}

TEST_CASE("list readers: of random octets every line is accounted for", "[groups][property]") {
  const auto seed = GENERATE(range(0u, 400u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  auto text = random_octets(random);
  CHECK(read_list<ndjson_reader>(text).lines == numbers_of_lines(text));
  // Without quotes a line of CSV is a line of text.
  std::replace(text.begin(), text.end(), '"', '\'');
  text = "email,v\n" + text;
  auto numbers = numbers_of_lines(text);
  numbers.erase(numbers.begin());
  CHECK(read_list<csv_reader>(text).lines == numbers);
}
