// SPDX-License-Identifier: Apache-2.0

/// A splittable, counter-based generator (Philox 4×64, ten rounds): a key and a position.
///
/// Children are named by what they are for, so adding a consumer never shifts the numbers of another.
/// Published vectors (Random123, NumPy) are reproduced exactly.
///
/// **Reference** J. Salmon et al., *Parallel random numbers: as easy as 1, 2, 3*, SC 2011.
public struct RandomStream: RandomNumberGenerator, Sendable, Codable, Hashable {
  var key: SIMD2<UInt64>
  var counter: UInt64 = 0
  // Two halves: nothing that lives across an `await` may want more than 16 bytes of alignment (decision 77).
  private var low: SIMD2<UInt64> = .zero
  private var high: SIMD2<UInt64> = .zero
  var used = 4

  var block: SIMD4<UInt64> {
    get { SIMD4(lowHalf: low, highHalf: high) }
    set { (low, high) = (newValue.lowHalf, newValue.highHalf) }
  }

  public init(seed: UInt64) { key = [seed, 0x6772_6164_7573] }

  /// The stream with an explicit key, for comparison with published vectors.
  package init(key: SIMD2<UInt64>) { self.key = key }

  /// The next 64 random bits. Cost: a quarter of a Philox block, about two nanoseconds.
  public mutating func next() -> UInt64 {
    if used == 4 {
      counter &+= 1
      block = Self.philox([counter, 0, 0, 0], key)
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  /// An independent stream for one purpose; `self` does not advance.
  public func child(_ purpose: StaticString, _ index: Int = 0) -> RandomStream {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    purpose.withUTF8Buffer { for byte in $0 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 } }
    let mixed = Self.philox([hash, UInt64(bitPattern: Int64(index)), counter, 1], key)
    return RandomStream(key: [mixed[0], mixed[1]])
  }

  private enum CodingKeys: String, CodingKey { case key, counter, block, used }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    key = try values.decode(SIMD2<UInt64>.self, forKey: .key)
    counter = try values.decode(UInt64.self, forKey: .counter)
    used = try values.decode(Int.self, forKey: .used)
    guard 0...4 ~= used else {
      throw DecodingError.dataCorruptedError(
        forKey: .used, in: values, debugDescription: "of a block's four words \(used) are used")
    }
    block = try values.decode(SIMD4<UInt64>.self, forKey: .block)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(key, forKey: .key)
    try values.encode(counter, forKey: .counter)
    try values.encode(block, forKey: .block)
    try values.encode(used, forKey: .used)
  }

  package static func philox(_ counter: SIMD4<UInt64>, _ key: SIMD2<UInt64>) -> SIMD4<UInt64> {
    var c = counter
    var k = key
    for round in 0..<10 {
      if round > 0 { k &+= [0x9E37_79B9_7F4A_7C15, 0xBB67_AE85_84CA_A73B] }
      let a = (0xD2E7_470E_E14C_6C93 as UInt64).multipliedFullWidth(by: c[0])
      let b = (0xCA5A_8263_9512_1157 as UInt64).multipliedFullWidth(by: c[2])
      c = [b.high ^ c[1] ^ k[0], b.low, a.high ^ c[3] ^ k[1], a.low]
    }
    return c
  }
}
