#include "api/tls_certificate.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstring>
#include <memory>

namespace alpr::api {

namespace {

struct Free {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(BIO* p) const { BIO_free_all(p); }
  void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

bool is_address(const std::string& host) {
  unsigned char buffer[16];
  return inet_pton(AF_INET, host.c_str(), buffer) == 1 ||
         inet_pton(AF_INET6, host.c_str(), buffer) == 1;
}

bool add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool fill(X509* certificate, EVP_PKEY* key, const std::vector<std::string>& hosts) {
  unsigned char serial[16];
  if (RAND_bytes(serial, sizeof serial) != 1) return false;
  serial[0] &= 0x7f;
  BIGNUM* number = BN_bin2bn(serial, sizeof serial, nullptr);
  const bool numbered = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  constexpr long kDay = 86'400;
  X509_set_version(certificate, 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 825 * kDay);
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* common = reinterpret_cast<const unsigned char*>(hosts.front().c_str());
  X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>("Plateledger"), -1, -1, 0);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, common, -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_set_pubkey(certificate, key);
  std::string names;
  for (const std::string& host : hosts)
    names += (names.empty() ? "" : ",") + std::string(is_address(host) ? "IP:" : "DNS:") + host;
  return numbered &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
         add_extension(certificate, NID_key_usage, "critical,digitalSignature,keyCertSign") &&
         add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
         add_extension(certificate, NID_subject_alt_name, names) &&
         X509_sign(certificate, key, EVP_sha256()) != 0;
}

Result<void> write(const std::filesystem::path& path, BIO* from, mode_t mode) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(from, &data);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return fail(ErrorCode::kIo, path.string() + ": " + std::strerror(errno));
  const bool written =
      ::write(file, data, static_cast<std::size_t>(size)) == size && ::fsync(file) == 0;
  ::close(file);
  if (!written) return fail(ErrorCode::kIo, path.string() + ": could not be written whole");
  return {};
}

}  // namespace

Result<void> make_certificate(const std::filesystem::path& certificate,
                              const std::filesystem::path& private_key,
                              const std::vector<std::string>& hosts) {
  if (hosts.empty())
    return fail(ErrorCode::kMalformed, "a certificate needs at least one host name or address");
  for (const std::string& host : hosts) {
    if (host.empty() || host.find_first_of(",:= \n") != std::string::npos)
      if (!is_address(host))
        return fail(ErrorCode::kMalformed, "not a host name or address: '" + host + "'");
  }
  Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  Owned<X509> x509(X509_new());
  if (!key || !x509 || !fill(x509.get(), key.get(), hosts))
    return fail(ErrorCode::kIo, "OpenSSL could not make a certificate");
  Owned<BIO> key_text(BIO_new(BIO_s_secmem()));
  Owned<BIO> certificate_text(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1 ||
      PEM_write_bio_X509(certificate_text.get(), x509.get()) != 1)
    return fail(ErrorCode::kIo, "OpenSSL could not write the certificate");
  if (auto done = write(private_key, key_text.get(), 0600); !done) return done;
  return write(certificate, certificate_text.get(), 0644);
}

}  // namespace alpr::api
