// SPDX-License-Identifier: Apache-2.0

/// Problem data inside a state: saved by fingerprint, restored from the run.
///
/// Checkpoints stay small, and one that belongs to another problem is refused.
public struct Given<Value: Fingerprinted>: Sendable, Codable {
  public let value: Value

  public init(_ value: Value) { self.value = value }

  public init(from decoder: any Decoder) throws {
    let saved = try decoder.singleValueContainer().decode(UInt64.self)
    guard let value = decoder.userInfo[.given] as? Value, value.fingerprint == saved else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "the checkpoint belongs to another problem"))
    }
    self.value = value
  }

  /// Writes the fingerprint alone.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value.fingerprint)
  }
}

extension CodingUserInfoKey {
  /// The place of the problem in a coder's user info.
  public static var given: CodingUserInfoKey {
    // The initializer is failable only for historic reasons; the literal below is a valid key.
    guard let key = CodingUserInfoKey(rawValue: "gradus.given") else { preconditionFailure("unusable coding key") }
    return key
  }
}
