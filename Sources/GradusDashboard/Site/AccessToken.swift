// SPDX-License-Identifier: Apache-2.0

/// The secret that opens the dashboard. Programs send `Authorization: Bearer TOKEN`; browsers a cookie, which they have got for the
/// token and which opens pages only: a page of somebody else can make a browser send its cookies, but not that header.
struct AccessToken: Sendable {
  private let bytes: [UInt8]

  init(_ text: String) { bytes = Array(text.utf8) }

  static let cookie = "gradus-token"

  /// Whether it is the token. The time it takes does not tell how much of it is right.
  func matches(_ text: some StringProtocol) -> Bool {
    let given = Array(text.utf8)
    var difference = UInt8(given.count == bytes.count ? 0 : 1)
    for (k, byte) in bytes.enumerated() { difference |= byte ^ (given.isEmpty ? ~byte : given[k % given.count]) }
    return difference == 0
  }

  /// Whether the header `Authorization` has it.
  func isBorne(by request: DashboardRequest) -> Bool {
    guard let words = request.authorization?.split(separator: " ", maxSplits: 1), words.count == 2,
      words[0].lowercased() == "bearer"
    else { return false }
    return matches(words[1])
  }

  /// Whether a browser has it.
  func isKept(by request: DashboardRequest) -> Bool {
    (request.cookie ?? "").split(separator: ";").contains { part in
      let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
      return pair.count == 2 && pair[0] == Self.cookie && matches(PercentText.decoded(pair[1]) ?? "")
    }
  }

  /// The header that gives it to a browser.
  static func kept(_ token: String) -> DashboardReply.Header {
    .init(
      name: "Set-Cookie",
      value: "\(cookie)=\(PercentText.encoded(token)); Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000")
  }
}
