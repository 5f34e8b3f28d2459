#include "actors/delivery/provider_table.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

namespace warmfront {

namespace {

constexpr std::size_t name_octets_max = 200;

// Domains first, MX hosts second. Large receivers by their published host names.
std::vector<receiving_provider> built_in_providers() {
  return {
      {provider_name{"gmail"}, {"gmail.com", "googlemail.com"}, {"google.com", "googlemail.com"}},
      {provider_name{"outlook"},
       {"outlook.com", "hotmail.com", "live.com", "msn.com", "hotmail.co.uk", "hotmail.fr",
        "hotmail.de", "hotmail.it", "live.co.uk", "live.fr", "outlook.fr", "outlook.de"},
       {"olc.protection.outlook.com"}},
      {provider_name{"microsoft365"}, {}, {"mail.protection.outlook.com", "mx.microsoft"}},
      {provider_name{"yahoo"},
       {"yahoo.com", "ymail.com", "rocketmail.com", "aol.com", "yahoo.co.uk", "yahoo.fr",
        "yahoo.de", "yahoo.it", "yahoo.es", "yahoo.co.in", "yahoo.com.br"},
       {"yahoodns.net"}},
      {provider_name{"icloud"}, {"icloud.com", "me.com", "mac.com"}, {"mail.icloud.com"}},
      {provider_name{"qq"}, {"qq.com", "vip.qq.com", "foxmail.com"}, {"qq.com"}},
      {provider_name{"netease"},
       {"163.com", "126.com", "yeah.net", "vip.163.com", "vip.126.com", "188.com"},
       {"netease.com", "163.com"}},
      {provider_name{"sina"}, {"sina.com", "sina.cn", "vip.sina.com"}, {"sina.com.cn", "sina.net"}},
      {provider_name{"aliyun"}, {"aliyun.com"}, {"aliyun.com", "mxhichina.com"}},
      {provider_name{"mailru"}, {"mail.ru", "inbox.ru", "list.ru", "bk.ru"}, {"mail.ru"}},
      {provider_name{"yandex"}, {"yandex.ru", "yandex.com", "ya.ru"}, {"yandex.ru", "yandex.net"}},
      {provider_name{"gmx"},
       {"gmx.net", "gmx.de", "gmx.com", "gmx.at", "gmx.ch", "web.de", "mail.com"},
       {"gmx.net", "web.de", "mail.com"}},
      {provider_name{"t-online"}, {"t-online.de", "magenta.de"}, {"t-online.de"}},
      {provider_name{"orange"}, {"orange.fr", "wanadoo.fr"}, {"orange.fr"}},
      {provider_name{"free"}, {"free.fr"}, {"free.fr"}},
      {provider_name{"laposte"}, {"laposte.net"}, {"laposte.net"}},
      {provider_name{"comcast"}, {"comcast.net"}, {"comcast.net"}},
      {provider_name{"proton"},
       {"proton.me", "protonmail.com", "protonmail.ch", "pm.me"},
       {"protonmail.ch"}},
      {provider_name{"zoho"}, {"zohomail.com"}, {"zoho.com", "zoho.eu"}},
      {provider_name{"naver"}, {"naver.com"}, {"naver.com"}},
      {provider_name{"proofpoint"}, {}, {"pphosted.com", "ppe-hosted.com"}},
      {provider_name{"mimecast"}, {}, {"mimecast.com"}},
  };
}

bool is_within(std::string_view host, std::string_view domain) {
  return host == domain || (host.size() > domain.size() && host.ends_with(domain) &&
                            host[host.size() - domain.size() - 1] == '.');
}

/// FNV-1a: the name must be the same in every release.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

provider_name named_after(std::span<const std::string> hosts) {
  std::vector<std::string> sorted{hosts.begin(), hosts.end()};
  std::ranges::sort(sorted);
  std::string name;
  for (const auto& host : sorted)
    name += (name.empty() ? "" : ",") + host;
  if (name.size() > name_octets_max)
    name = fmt::format("{}-{:016x}", name.substr(0, name_octets_max), hash_of(name));
  return provider_name{std::move(name)};
}

} // namespace

provider_table::provider_table(std::vector<receiving_provider> more) : entries_{std::move(more)} {
  std::ranges::move(built_in_providers(), std::back_inserter(entries_));
}

const receiving_provider* provider_table::of_host(std::string_view host) const {
  const auto found = std::ranges::find_if(entries_, [&](const receiving_provider& each) {
    return std::ranges::any_of(each.hosts,
                               [&](const std::string& domain) { return is_within(host, domain); });
  });
  return found == entries_.end() ? nullptr : &*found;
}

provider_name provider_table::find(std::string_view domain,
                                   std::span<const std::string> hosts) const {
  for (const auto& each : entries_)
    if (std::ranges::find(each.domains, domain) != each.domains.end())
      return each.name;
  if (hosts.empty())
    return {};
  const auto* const first = of_host(hosts.front());
  const bool all = first != nullptr && std::ranges::all_of(hosts, [&](const std::string& host) {
                     const auto* const found = of_host(host);
                     return found != nullptr && found->name == first->name;
                   });
  return all ? first->name : named_after(hosts);
}

} // namespace warmfront
