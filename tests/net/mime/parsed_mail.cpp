#include "tests/net/mime/parsed_mail.hpp"

#include <gmime/gmime.h>

#include <catch2/catch.hpp>

namespace warmfront::testing {

namespace {

struct found_part {
  std::string type;
  std::string name;
  std::string content;
  bool is_attachment = false;
};

std::string take(char* text) {
  std::string copy = text == nullptr ? "" : text;
  g_free(text);
  return copy;
}

void collect(GMimeObject*, GMimeObject* object, gpointer into) {
  if (!GMIME_IS_PART(object))
    return;
  auto* part = GMIME_PART(object);
  found_part found;
  found.type = take(g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object)));
  if (const auto* name = g_mime_part_get_filename(part))
    found.name = name;
  found.is_attachment = g_mime_part_is_attachment(part) != 0;
  auto* stream = g_mime_stream_mem_new();
  g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(part), stream);
  const auto* octets = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
  found.content.assign(reinterpret_cast<const char*>(octets->data), octets->len);
  g_object_unref(stream);
  static_cast<std::vector<found_part>*>(into)->push_back(std::move(found));
}

std::string structure_of(GMimeObject* object) {
  auto text = take(g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object)));
  if (const auto* id = g_mime_object_get_content_id(object))
    text += " <" + std::string{id} + '>';
  if (!GMIME_IS_MULTIPART(object))
    return text;
  auto* parts = GMIME_MULTIPART(object);
  for (int i = 0; i < g_mime_multipart_get_count(parts); ++i)
    text += (i == 0 ? '(' : ',') + structure_of(g_mime_multipart_get_part(parts, i));
  return text + ')';
}

} // namespace

struct parsed_mail::state {
  GMimeMessage* message = nullptr;
  std::vector<found_part> parts;
};

parsed_mail::parsed_mail(const std::string& content) : state_{std::make_unique<state>()} {
  g_mime_init();
  auto* stream = g_mime_stream_mem_new_with_buffer(content.data(), content.size());
  auto* parser = g_mime_parser_new_with_stream(stream);
  state_->message = g_mime_parser_construct_message(parser, nullptr);
  g_object_unref(parser);
  g_object_unref(stream);
  REQUIRE(state_->message != nullptr);
  g_mime_message_foreach(state_->message, collect, &state_->parts);
}

parsed_mail::~parsed_mail() {
  g_object_unref(state_->message);
}

std::string parsed_mail::subject() const {
  const auto* subject = g_mime_message_get_subject(state_->message);
  return subject == nullptr ? "" : subject;
}

std::string parsed_mail::header(const std::string& name) const {
  const auto* value = g_mime_object_get_header(GMIME_OBJECT(state_->message), name.c_str());
  return value == nullptr ? "" : value;
}

std::vector<mime::mailbox> parsed_mail::mailboxes(const std::string& name) const {
  auto* headers = g_mime_object_get_header_list(GMIME_OBJECT(state_->message));
  auto* header = g_mime_header_list_get_header(headers, name.c_str());
  if (header == nullptr)
    return {};
  auto* list = internet_address_list_parse(nullptr, g_mime_header_get_raw_value(header));
  REQUIRE(list != nullptr);
  std::vector<mime::mailbox> found;
  for (int i = 0; i < internet_address_list_length(list); ++i) {
    auto* address = internet_address_list_get_address(list, i);
    const auto* text = internet_address_get_name(address);
    found.push_back({text == nullptr ? "" : text,
                     internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address))});
  }
  g_object_unref(list);
  return found;
}

std::string parsed_mail::structure() const {
  return structure_of(g_mime_message_get_mime_part(state_->message));
}

std::string parsed_mail::text(const std::string& type) const {
  for (const auto& part : state_->parts)
    if (part.type == type && !part.is_attachment)
      return part.content;
  return "no such part";
}

std::vector<parsed_attachment> parsed_mail::attachments() const {
  std::vector<parsed_attachment> found;
  for (const auto& part : state_->parts)
    if (part.is_attachment)
      found.push_back({part.name, part.type, part.content});
  return found;
}

void check_lines(const std::string& content) {
  std::size_t begin = 0;
  while (begin < content.size()) {
    const auto end = content.find_first_of("\r\n", begin);
    REQUIRE(end != std::string::npos);
    REQUIRE(content.compare(end, 2, "\r\n") == 0);
    REQUIRE(end - begin <= 998);
    begin = end + 2;
  }
}

} // namespace warmfront::testing
