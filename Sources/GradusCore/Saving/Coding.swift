// SPDX-License-Identifier: Apache-2.0
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
package import GradusNumerics

/// The one way this module turns values into JSON: sorted keys, non-finite numbers as the strings `inf`, `-inf`, `nan`.
package enum Coding {
  package static func encode(_ value: some Encodable, blocks: BlockStore? = nil) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    if let blocks { encoder.userInfo[.blocks] = blocks }
    return [UInt8](try encoder.encode(value))
  }

  package static func decode<T: Decodable>(
    _ type: T.Type, from bytes: [UInt8], blocks: BlockStore? = nil, given: (any Sendable)? = nil
  ) throws -> T {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    if let blocks { decoder.userInfo[.blocks] = blocks }
    if let given { decoder.userInfo[.given] = given }
    return try decoder.decode(type, from: Data(bytes))
  }

  /// Decodes a type that is only known to be decodable at run time; nil when it is not.
  package static func decodeIfPossible<T>(_ type: T.Type, from bytes: [UInt8]) throws -> T? {
    guard let decodable = type as? any Decodable.Type else { return nil }
    return try decode(decodable, from: bytes) as? T
  }
}
