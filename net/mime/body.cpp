#include "net/mime/body.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>

#include "net/mime/header_text.hpp"

namespace warmfront::mime {

namespace {

struct unreference {
  void operator()(void* object) const noexcept { g_object_unref(object); }
};
template <class Object>
using owned = std::unique_ptr<Object, unreference>;
using entity = owned<GMimeObject>;

struct free_options {
  void operator()(GMimeFormatOptions* options) const noexcept {
    g_mime_format_options_free(options);
  }
};

void start_gmime() {
  static const bool started = [] {
    g_mime_init();
    return true;
  }();
  static_cast<void>(started);
}

/// CRLF whatever the line ends were, so that neither encoding can carry a bare CR or LF; also after
/// the last line, since a mail consists of whole lines.
std::string with_crlf(const std::string& text) {
  std::string lines;
  lines.reserve(text.size() + text.size() / 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool crlf = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (text[i] == '\r' || text[i] == '\n')
      lines += "\r\n";
    else
      lines += text[i];
    i += crlf ? 1 : 0;
  }
  if (!lines.empty() && !lines.ends_with('\n'))
    lines += "\r\n";
  return lines;
}

/// Quoted-printable costs two octets more for each one outside ASCII, base64 a third of everything.
GMimeContentEncoding shorter_encoding(const std::string& text) {
  const auto outside = std::count_if(text.begin(), text.end(),
                                     [](char c) { return static_cast<unsigned char>(c) > 0x7e; });
  return static_cast<std::size_t>(outside) * 6 > text.size()
             ? GMIME_CONTENT_ENCODING_BASE64
             : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
}

owned<GMimePart> make_part(const char* type, const char* subtype, const std::string& content,
                           GMimeContentEncoding encoding) {
  owned<GMimePart> part{g_mime_part_new_with_type(type, subtype)};
  const owned<GMimeStream> stream{
      g_mime_stream_mem_new_with_buffer(content.data(), content.size())};
  const owned<GMimeDataWrapper> wrapper{
      g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT)};
  g_mime_part_set_content(part.get(), wrapper.get());
  g_mime_part_set_content_encoding(part.get(), encoding);
  return part;
}

entity make_text(const char* subtype, const std::string& text) {
  auto part = make_part("text", subtype, with_crlf(text), shorter_encoding(text));
  g_mime_object_set_content_type_parameter(GMIME_OBJECT(part.get()), "charset", "utf-8");
  return entity{GMIME_OBJECT(part.release())};
}

/// Left alone, GMime picks ISO-8859-1 where that suffices.
void force_utf8(GMimeParamList* parameters, const char* name) {
  if (auto* parameter = g_mime_param_list_get_parameter(parameters, name))
    g_mime_param_set_charset(parameter, "utf-8");
}

entity make_attachment(const attachment& from) {
  const auto slash = from.type.find('/');
  const auto type = from.type.empty() ? "application" : from.type.substr(0, slash);
  const auto subtype = from.type.empty() ? "octet-stream" : from.type.substr(slash + 1);
  auto part = make_part(type.c_str(), subtype.c_str(), from.content, GMIME_CONTENT_ENCODING_BASE64);
  auto* object = GMIME_OBJECT(part.get());
  g_mime_object_set_disposition(object, from.content_id.empty() ? GMIME_DISPOSITION_ATTACHMENT
                                                                : GMIME_DISPOSITION_INLINE);
  if (!from.content_id.empty())
    g_mime_object_set_content_id(object, from.content_id.c_str());
  if (!from.name.empty()) {
    g_mime_part_set_filename(part.get(), from.name.c_str());
    auto* content_type = g_mime_object_get_content_type(object);
    force_utf8(g_mime_content_type_get_parameters(content_type), "name");
    auto* disposition = g_mime_object_get_content_disposition(object);
    force_utf8(g_mime_content_disposition_get_parameters(disposition), "filename");
  }
  return entity{GMIME_OBJECT(part.release())};
}

bool is_inline(const attachment& each) {
  return !each.content_id.empty();
}

// The HTML with what it shows (RFC 2387).
entity make_html(const message_parts& parts) {
  auto html = make_text("html", parts.html);
  const auto& all = parts.attachments;
  if (std::none_of(all.begin(), all.end(), is_inline))
    return html;
  owned<GMimeMultipart> related{g_mime_multipart_new_with_subtype("related")};
  g_mime_object_set_content_type_parameter(GMIME_OBJECT(related.get()), "type", "text/html");
  g_mime_multipart_add(related.get(), html.get());
  for (const auto& each : all)
    if (is_inline(each))
      g_mime_multipart_add(related.get(), make_attachment(each).get());
  return entity{GMIME_OBJECT(related.release())};
}

entity make_readable(const message_parts& parts) {
  if (parts.html.empty())
    return make_text("plain", parts.text);
  if (parts.text.empty())
    return make_html(parts);
  owned<GMimeMultipart> alternatives{g_mime_multipart_new_with_subtype("alternative")};
  // The richest last (RFC 2046 §5.1.4).
  g_mime_multipart_add(alternatives.get(), make_text("plain", parts.text).get());
  g_mime_multipart_add(alternatives.get(), make_html(parts).get());
  return entity{GMIME_OBJECT(alternatives.release())};
}

} // namespace

std::string compose_body(const message_parts& parts) {
  start_gmime();
  auto root = make_readable(parts);
  const auto& all = parts.attachments;
  if (!std::all_of(all.begin(), all.end(), is_inline)) {
    owned<GMimeMultipart> mixed{g_mime_multipart_new_with_subtype("mixed")};
    g_mime_multipart_add(mixed.get(), root.get());
    for (const auto& each : all)
      if (!is_inline(each))
        g_mime_multipart_add(mixed.get(), make_attachment(each).get());
    root.reset(GMIME_OBJECT(mixed.release()));
  }
  const std::unique_ptr<GMimeFormatOptions, free_options> options{g_mime_format_options_new()};
  g_mime_format_options_set_newline_format(options.get(), GMIME_NEWLINE_FORMAT_DOS);
  const owned<GMimeStream> stream{g_mime_stream_mem_new()};
  g_mime_object_write_to_stream(root.get(), options.get(), stream.get());
  const auto* octets = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return {reinterpret_cast<const char*>(octets->data), octets->len};
}

} // namespace warmfront::mime
