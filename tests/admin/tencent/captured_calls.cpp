// Requests as two SDKs sent them: tencentcloud-sdk-nodejs-ses 4.1.76 ("CN SDK") and
// tencentcloud-sdk-nodejs-intl-en 3.0.1335 ("intl SDK"). Header fields that mean nothing are left
// out.
#include "tests/admin/tencent/signed_calls.hpp"

namespace warmfront::testing {

const std::vector<signed_call> captured_calls = {
    {"a, CN SDK", "SendEmail",
     R"call(POST / HTTP/1.1
X-TC-TraceId: dbb095a9-dc09-4c3f-af2f-6b4145649353
Host: 127.0.0.1:8080
X-TC-Action: SendEmail
X-TC-Region: ap-hongkong
X-TC-Timestamp: 1795918217
X-TC-Version: 2020-10-02
X-TC-Language: en-US
Content-Type: application/json
Authorization: TC3-HMAC-SHA256 Credential=AKIDtest/2026-11-29/127/tc3_request,\
 SignedHeaders=content-type;host, Signature=251f36f9fd8853ed8afd21aeb870b8333fe089a82449722bbb7\
2b2ad29748915

{"FromEmailAddress":"Ada <ada@example.net>","Destination":["bob@example.org",\
"grüße@example.org"],"Subject":"Hello, 博士 😀 it's","Template":{"TemplateID":7,\
"TemplateData":"{\"name\":\"Bob & \\\"Co\\\"\"}"},"Unsubscribe":"1","TriggerType":1,"Cc":[]})call",
     R"call({"FromEmailAddress":"Ada <ada@example.net>","Destination":["bob@example.org",\
"grüße@example.org"],"Subject":"Hello, 博士 😀 it's","Template":{"TemplateID":7,\
"TemplateData":"{\"name\":\"Bob & \\\"Co\\\"\"}"},"Unsubscribe":"1","TriggerType":1,"Cc":[]})call"},
    {"a, localhost, no arguments", "ListEmailAddress",
     R"call(POST / HTTP/1.1
Host: localhost:8080
X-TC-Action: ListEmailAddress
X-TC-Timestamp: 1795918217
X-TC-Version: 2020-10-02
Content-Type: application/json
Authorization: TC3-HMAC-SHA256 Credential=AKIDtest/2026-11-29/localhost:8080/tc3_request,\
 SignedHeaders=content-type;host, Signature=e771819703d860c0cd016d9a8bd5b3b2104ae41bbb1b8d8e693\
eb499365aa6f5

{})call",
     R"call({})call"},
    {"a, a boolean, an endpoint without port", "UpdateEmailIdentity",
     R"call(POST / HTTP/1.1
Host: ses.node1.example.com
X-TC-Action: UpdateEmailIdentity
X-TC-Timestamp: 1795918217
X-TC-Version: 2020-10-02
Content-Type: application/json
Authorization: TC3-HMAC-SHA256 Credential=AKIDtest/2026-11-29/ses/tc3_request,\
 SignedHeaders=content-type;host, Signature=580ac6c41d98fa6f9f41d645f7e804a958d069d2a331cfbdbca\
30bee4777f14f

{"EmailIdentity":"example.net","NewAPI":true,"DKIMOption":2})call",
     R"call({"EmailIdentity":"example.net","NewAPI":true,"DKIMOption":2})call"},
    {"a, intl SDK, no region", "CreateReceiver",
     R"call(POST / HTTP/1.1
Host: 127.0.0.1:8080
X-TC-Action: CreateReceiver
X-TC-Region: null
X-TC-Timestamp: 1795918217
X-TC-Version: 2020-10-02
Content-Type: application/json
Authorization: TC3-HMAC-SHA256 Credential=AKIDtest/2026-11-29/127/tc3_request,\
 SignedHeaders=content-type;host, Signature=0add91d75dfac11d8e1f227eec83e075054a3c8b98c55e03231\
41ef6ce30ea66

{"ReceiversName":"新用户","Desc":""})call",
     R"call({"ReceiversName":"新用户","Desc":""})call"},
    {"b, intl SDK", "CreateReceiverDetailWithData",
     R"call(POST / HTTP/1.1
Content-Type: application/x-www-form-urlencoded
Host: 127.0.0.1:8080

ReceiverId=9007199254740991&Datas.0.Email=u0%40example.org&\
Datas.0.TemplateData=%7B%22n%22%3A%220%20%2B%20%C3%A9%22%7D&Datas.1.Email=u1%40example.org&\
Datas.1.TemplateData=%7B%22n%22%3A%221%20%2B%20%C3%A9%22%7D&Datas.2.Email=u2%40example.org&\
Datas.2.TemplateData=%7B%22n%22%3A%222%20%2B%20%C3%A9%22%7D&Datas.3.Email=u3%40example.org&\
Datas.3.TemplateData=%7B%22n%22%3A%223%20%2B%20%C3%A9%22%7D&Datas.4.Email=u4%40example.org&\
Datas.4.TemplateData=%7B%22n%22%3A%224%20%2B%20%C3%A9%22%7D&Datas.5.Email=u5%40example.org&\
Datas.5.TemplateData=%7B%22n%22%3A%225%20%2B%20%C3%A9%22%7D&Datas.6.Email=u6%40example.org&\
Datas.6.TemplateData=%7B%22n%22%3A%226%20%2B%20%C3%A9%22%7D&Datas.7.Email=u7%40example.org&\
Datas.7.TemplateData=%7B%22n%22%3A%227%20%2B%20%C3%A9%22%7D&Datas.8.Email=u8%40example.org&\
Datas.8.TemplateData=%7B%22n%22%3A%228%20%2B%20%C3%A9%22%7D&Datas.9.Email=u9%40example.org&\
Datas.9.TemplateData=%7B%22n%22%3A%229%20%2B%20%C3%A9%22%7D&Datas.10.Email=u10%40example.org&\
Datas.10.TemplateData=%7B%22n%22%3A%2210%20%2B%20%C3%A9%22%7D&Datas.11.Email=u11%40example.org&\
Datas.11.TemplateData=%7B%22n%22%3A%2211%20%2B%20%C3%A9%22%7D&\
Action=CreateReceiverDetailWithData&RequestClient=SDK_NODEJS_INTL_EN3.0.1335&Nonce=17846&\
Timestamp=1795918218&Version=2020-10-02&Language=en-US&SecretId=AKIDtest&Region=ap-hongkong&\
SignatureMethod=HmacSHA256&Signature=4pepiYQZyuRMkLqPN56inrtabl9ddrfoYDQ85iI2wq4%3D)call",
     R"call({"ReceiverId":9007199254740991,"Datas":[{"Email":"u0@example.org",\
"TemplateData":"{\"n\":\"0 + é\"}"},{"Email":"u1@example.org",\
"TemplateData":"{\"n\":\"1 + é\"}"},{"Email":"u2@example.org",\
"TemplateData":"{\"n\":\"2 + é\"}"},{"Email":"u3@example.org",\
"TemplateData":"{\"n\":\"3 + é\"}"},{"Email":"u4@example.org",\
"TemplateData":"{\"n\":\"4 + é\"}"},{"Email":"u5@example.org",\
"TemplateData":"{\"n\":\"5 + é\"}"},{"Email":"u6@example.org",\
"TemplateData":"{\"n\":\"6 + é\"}"},{"Email":"u7@example.org",\
"TemplateData":"{\"n\":\"7 + é\"}"},{"Email":"u8@example.org",\
"TemplateData":"{\"n\":\"8 + é\"}"},{"Email":"u9@example.org",\
"TemplateData":"{\"n\":\"9 + é\"}"},{"Email":"u10@example.org",\
"TemplateData":"{\"n\":\"10 + é\"}"},{"Email":"u11@example.org",\
"TemplateData":"{\"n\":\"11 + é\"}"}]})call"},
    {"b, empty and odd values", "SendEmail",
     R"call(POST / HTTP/1.1
Content-Type: application/x-www-form-urlencoded
Host: 127.0.0.1:8080

FromEmailAddress=ada%40example.net&Subject=&Destination.0=bob%40example.org&\
Simple.Html=PGI%2BMTwvYj4%3D&Simple.Text=a%26b%3Dc%2520%2Bd%0Ae~!*'()&\
Attachments.0.FileName=r%C3%A9sum%C3%A9.pdf&Attachments.0.Content=JVBERg%3D%3D&TriggerType=0&\
Action=SendEmail&RequestClient=SDK_NODEJS_INTL_EN3.0.1335&Nonce=18543&Timestamp=1795918218&\
Version=2020-10-02&Language=en-US&SecretId=AKIDtest&SignatureMethod=HmacSHA256&\
Signature=dARpy6z2mM5KVgqQl7EXYhIhqQ2byljHb2zu8MFGmdI%3D)call",
     R"call({"FromEmailAddress":"ada@example.net","Subject":"",\
"Destination":["bob@example.org"],"Simple":{"Html":"PGI+MTwvYj4=","Text":"a&\
b=c%20+d\ne~!*'()"},"Attachments":[{"FileName":"résumé.pdf","Content":"JVBERg=="}],\
"TriggerType":0})call"},
    {"b, CN SDK, no arguments", "ListEmailAddress",
     R"call(POST / HTTP/1.1
Content-Type: application/x-www-form-urlencoded
Host: localhost

Action=ListEmailAddress&RequestClient=SDK_NODEJS_4.1.220&Nonce=65450&Timestamp=1795918218&\
Version=2020-10-02&SecretId=AKIDtest&Language=zh-CN&SignatureMethod=HmacSHA256&\
Signature=cWXsbU3M7u3zH%2BzQQrTL6dvtbXTX4XVUF8%2FAJrXOd50%3D)call",
     R"call({})call"},
    {"c, CN SDK", "GetSendEmailStatus",
     R"call(GET /?RequestDate=2026-11-24&Offset=0&Limit=10&ToEmailAddress=o%27neil%2B1%40exampl\
e.org&MessageId= HTTP/1.1
Host: 127.0.0.1:8080
X-TC-Action: GetSendEmailStatus
X-TC-Timestamp: 1795918217
X-TC-Version: 2020-10-02
Content-Type: application/x-www-form-urlencoded
Authorization: TC3-HMAC-SHA256 Credential=AKIDtest/2026-11-29/127/tc3_request,\
 SignedHeaders=content-type;host, Signature=8d5367dd9613076ef47b1fb3056a00628002e8f5cdc1041ccd1\
12d4cd7613565

)call",
     R"call({"RequestDate":"2026-11-24","Offset":0,"Limit":10,\
"ToEmailAddress":"o'neil+1@example.org","MessageId":""})call"},
    {"c, intl SDK", "CreateEmailIdentity",
     R"call(GET /?EmailIdentity=%E4%BE%8B%E3%81%88.example&DKIMOption=1&TagList.0.TagKey=team&\
TagList.0.TagValue=a%20b HTTP/1.1
Host: localhost:8080
X-TC-Action: CreateEmailIdentity
X-TC-Region: null
X-TC-Timestamp: 1795918217
X-TC-Version: 2020-10-02
Content-Type: application/x-www-form-urlencoded
Authorization: TC3-HMAC-SHA256 Credential=AKIDtest/2026-11-29/localhost:8080/tc3_request,\
 SignedHeaders=content-type;host, Signature=39d560e52b049e0cfcc8e9c53674a15affc9c2d677328647075\
c8a4765d7d7d2

)call",
     R"call({"EmailIdentity":"例え.example","DKIMOption":1,"TagList":[{"TagKey":"team",\
"TagValue":"a b"}]})call"},
    {"d, intl SDK", "ListReceivers",
     R"call(GET /?Offset=0&Limit=100&KeyWord=a%20b%2Bc%2F%C3%BC&Action=ListReceivers&\
RequestClient=SDK_NODEJS_INTL_EN3.0.1335&Nonce=9119&Timestamp=1795918218&Version=2020-10-02&\
Language=en-US&SecretId=AKIDtest&Region=ap-singapore&SignatureMethod=HmacSHA256&\
Signature=VsH%2F4Y53o5HI8t5XHEjLCcXETh3iPPMijKFlbFrE3mU%3D HTTP/1.1
Host: 127.0.0.1:8080

)call",
     R"call({"Offset":0,"Limit":100,"KeyWord":"a b+c/ü"})call"},
    {"d, CN SDK", "UpdateEmailIdentity",
     R"call(GET /?EmailIdentity=example.net&NewAPI=false&Action=UpdateEmailIdentity&\
RequestClient=SDK_NODEJS_4.1.220&Nonce=2537&Timestamp=1795918218&Version=2020-10-02&\
SecretId=AKIDtest&SignatureMethod=HmacSHA256&Signature=YtiVwqBExJY0bIIoeCm%2F%2FQKhQqOyVnQUZT1Q\
u5GBEy8%3D HTTP/1.1
Host: 127.0.0.1:8080

)call",
     R"call({"EmailIdentity":"example.net","NewAPI":false})call"},
    {"e, CN SDK, POST", "BatchSendEmail",
     R"call(POST / HTTP/1.1
Content-Type: application/x-www-form-urlencoded
Host: 127.0.0.1:8080

FromEmailAddress=ada%40example.net&ReceiverId=12&Subject=News&TaskType=3&\
CycleParam.BeginTime=2026-12-01%2009%3A00%3A00&CycleParam.IntervalTime=24&\
Template.TemplateID=3&Template.TemplateData=%7B%7D&Action=BatchSendEmail&\
RequestClient=SDK_NODEJS_4.1.220&Nonce=3089&Timestamp=1795918218&Version=2020-10-02&\
SecretId=AKIDtest&SignatureMethod=HmacSHA1&Signature=IewsxRvilMoGIUYPL5qUgL4QZmw%3D)call",
     R"call({"FromEmailAddress":"ada@example.net","ReceiverId":12,"Subject":"News",\
"TaskType":3,"CycleParam":{"BeginTime":"2026-12-01 09:00:00","IntervalTime":24},\
"Template":{"TemplateID":3,"TemplateData":"{}"}})call"},
    {"e, intl SDK, GET", "DeleteReceiver",
     R"call(GET /?ReceiverId=5&Action=DeleteReceiver&RequestClient=SDK_NODEJS_INTL_EN3.0.1335&\
Nonce=34497&Timestamp=1795918218&Version=2020-10-02&Language=en-US&SecretId=AKIDtest&\
SignatureMethod=HmacSHA1&Signature=p7uk2XqkMysLVUVbpPXOF6YTYs4%3D HTTP/1.1
Host: localhost:8080

)call",
     R"call({"ReceiverId":5})call"},
};

} // namespace warmfront::testing
