// SPDX-License-Identifier: Apache-2.0

/// What a person says once about a kind of error: where a remark holds the sign, the advice is given.
public struct FeedbackRule: Sendable, Codable, Hashable {
  /// What remarks about this kind of error contain.
  public var sign: String
  /// A sentence for whoever writes the prompt.
  public var advice: String

  public init(_ sign: String, _ advice: String) {
    self.sign = sign
    self.advice = advice
  }

  /// What is said of a remark: the advice of the rules whose sign it holds; without one, the remark itself.
  static func advice(_ rules: [FeedbackRule], on remark: String) -> String {
    let said = rules.filter { remark.contains($0.sign) }.map(\.advice)
    return said.isEmpty ? remark : said.joined(separator: " ")
  }
}
