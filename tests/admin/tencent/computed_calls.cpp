// Requests in ways of signing that other SDKs have, computed with the hashes of Python.
#include "tests/admin/tencent/signed_calls.hpp"

namespace warmfront::testing {

const std::vector<signed_call> computed_calls = {
    {"a, port signed, as Go, Python and C++ do", "DeleteReceiver",
     R"call(POST / HTTP/1.1
Host: 127.0.0.1:8080
Content-Type: application/json
X-TC-Action: DeleteReceiver
X-TC-Version: 2020-10-02
X-TC-Timestamp: 1795918300
X-TC-Language:
Authorization: TC3-HMAC-SHA256 Credential=AKIDtest/2026-11-29/ses/tc3_request,\
 SignedHeaders=content-type;host, Signature=46c8d014789fb922d4e29f629ea8a5bbe798e0dd65f120e0215\
b94da4a28cf58

{"ReceiverId": 3})call",
     R"call({"ReceiverId":3})call"},
    {"a, default port signed, but not sent", "DeleteReceiver",
     R"call(POST / HTTP/1.1
Host: mail.example.net
Content-Type: Application/JSON; charset=UTF-8
X-TC-Action: DeleteReceiver
X-TC-Version: 2020-10-02
X-TC-Timestamp: 1795918300
Authorization: TC3-HMAC-SHA256 Credential=AKIDtest/2026-11-29/ses/tc3_request,\
 SignedHeaders=content-type;host, Signature=c7ff00b94790d18fbc243e742b2a1c716b048c101225c261b89\
5f649c542cfad

{"ReceiverId": 3})call",
     R"call({"ReceiverId":3})call"},
    {"a, body not signed", "DeleteReceiver",
     R"call(POST / HTTP/1.1
Host: mail.example.net
Content-Type: application/json
X-TC-Action: DeleteReceiver
X-TC-Version: 2020-10-02
X-TC-Timestamp: 1795918300
X-TC-Content-SHA256: UNSIGNED-PAYLOAD
Authorization: TC3-HMAC-SHA256 Credential=AKIDtest/2026-11-29/ses/tc3_request,\
 SignedHeaders=content-type;host, Signature=10f91b1c7cc0d99a0dd64df884a9d4378eed8e89fa973732130\
bd71d4fd8bdeb

{"ReceiverId": 3})call",
     R"call({"ReceiverId":3})call"},
    {"a, more headers signed", "DeleteReceiver",
     R"call(POST / HTTP/1.1
Host: mail.example.net
Content-Type: application/json
X-TC-Action: DeleteReceiver
X-TC-Version: 2020-10-02
X-TC-Timestamp: 1795918300
X-TC-Region: AP-HongKong
Authorization: TC3-HMAC-SHA256 Credential=AKIDtest/2026-11-29/ses/tc3_request,\
 SignedHeaders=content-type;host;x-tc-action;x-tc-region,\
 Signature=445c4c91603681b26d6aec935cc8349917616dc798d935dec68b2b597d14bf8e

{"ReceiverId": 3})call",
     R"call({"ReceiverId":3})call"},
    {"e, empty parameters not signed, as Go does", "CreateReceiver",
     R"call(POST / HTTP/1.1
Host: localhost
Content-Type: application/x-www-form-urlencoded

Action=CreateReceiver&Language=en-US&Nonce=5&ReceiversName=a+b&Region=&\
RequestClient=SDK_GO_1.3.0&SecretId=AKIDtest&Signature=98Ao%2Fdfq0ycKuIKISCTsfccR6q4%3D&\
SignatureMethod=HmacSHA1&Timestamp=1795918300&Version=2020-10-02)call",
     R"call({"ReceiversName":"a b"})call"},
    {"d, a truth as Python writes it, an IPv6 address", "UpdateEmailIdentity",
     R"call(GET /?EmailIdentity=example.net&NewAPI=True&Action=UpdateEmailIdentity&\
Version=2020-10-02&Nonce=5&Timestamp=1795918300&SecretId=AKIDtest&SignatureMethod=HmacSHA256&\
Signature=dFqS3u9TsN756XqFH2AWqBKe1BN76QQgcqXKQ2cYkUo%3D HTTP/1.1
Host: [::1]:8080

)call",
     R"call({"EmailIdentity":"example.net","NewAPI":true})call"},
    {"e, no method of signing named", "DeleteReceiver",
     R"call(GET /?ReceiverId=3&Action=DeleteReceiver&Version=2020-10-02&Nonce=5&\
Timestamp=1795918300&SecretId=AKIDtest&Signature=Sk8w9vlKt90eVAlah13jT3O1kgE%3D HTTP/1.1
Host: 127.0.0.1:8080

)call",
     R"call({"ReceiverId":3})call"},
};

} // namespace warmfront::testing
