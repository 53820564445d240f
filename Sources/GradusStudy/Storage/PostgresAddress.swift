// SPDX-License-Identifier: Apache-2.0

/// A connection string of libpq, `postgresql://USER:PASSWORD@HOST:PORT/DATABASE?…`, and what of it may be shown.
package struct PostgresAddress {
  package let url: String
  /// Without passwords.
  let name: String
  /// What must not be shown.
  private let secrets: [String]

  /// Refuses what libpq would cut at another place than its writer, so that no part of a password gets into its messages.
  init(_ url: String) throws(StorageError) {
    self.url = url
    let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
    let rest = url[start...]
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    let (authority, tail) = (rest[..<end], rest[end...])
    let at = authority.lastIndex(of: "@")
    guard authority.count(where: { $0 == "@" }) <= 1, !tail.contains("@") else {
      throw StorageError(
        "\(url[..<start])… has a character in a name or a password that means something else there; "
          + "write %40 for @, %2F for / and %3F for ?")
    }
    for piece in rest.split(separator: "%", omittingEmptySubsequences: false).dropFirst() {
      guard let code = UInt8(piece.prefix(2), radix: 16), code > 0, piece.utf8.count >= 2 else {
        throw StorageError("\(url[..<start])… has a % that begins no code of a character; write %25 for it")
      }
    }
    var name = String(url[..<start])
    if let at {
      name += authority[..<at].prefix { $0 != ":" } + "@"
      name += authority[authority.index(after: at)...]
    } else {
      name += authority
    }
    let parts = tail.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    name += parts.first ?? ""
    var secrets = [at.map { authority[..<$0].drop { $0 != ":" }.dropFirst() } ?? ""]
    if parts.count > 1 {
      secrets += parts[1].split(separator: "&").filter { $0.contains("password=") }
        .map { $0.drop { $0 != "=" }.dropFirst() }
      // Other settings do not tell databases apart.
      let shown = parts[1].split(separator: "&").filter { $0.hasPrefix("host=") || $0.hasPrefix("port=") }
      if !shown.isEmpty { name += "?" + shown.joined(separator: "&") }
    }
    self.name = name
    // What is shown anyway, as a password that is the user's name, is none, and messages would be riddles without it.
    self.secrets = (secrets.map { String($0) } + secrets.map { Self.decoded($0) }).filter { [name] secret in
      !secret.isEmpty && !name.contains(secret)
    }
  }

  /// A message of libpq or the server without what must not be shown.
  func redacted(_ message: String) -> String {
    secrets.reduce(message) { $0.replacing($1, with: "…") }
  }

  private static func decoded(_ text: Substring) -> String {
    let pieces = text.split(separator: "%", omittingEmptySubsequences: false)
    var bytes = Array((pieces.first ?? "").utf8)
    for piece in pieces.dropFirst() {
      if let code = UInt8(piece.prefix(2), radix: 16) { bytes.append(code) }
      bytes += piece.dropFirst(2).utf8
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
