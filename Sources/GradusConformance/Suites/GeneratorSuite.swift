// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// The laws of random generators: reproducible values that can be saved, and bits without obvious pattern.
public enum GeneratorSuite {
  /// What a generator of random numbers violates; empty when it keeps every law.
  public static func check<G: RandomNumberGenerator & Codable & Sendable>(
    _ name: String, make: (UInt64) -> G
  ) throws -> [Violation] {
    var seen = Observations(name)
    func draw(_ generator: inout G, _ count: Int) -> [UInt64] { (0..<count).map { _ in generator.next() } }
    var first = make(7)
    var second = make(7)
    seen.expect(draw(&first, 100) == draw(&second, 100), "same seed", "two generators with one seed differ")
    var other = make(8)
    var again = make(7)
    seen.expect(draw(&other, 4) != draw(&again, 4), "other seed", "seeds 7 and 8 give the same numbers")
    for lead in 0..<6 {
      var original = make(3)
      _ = draw(&original, lead)
      let saved = try Coding.encode(original)
      var copy = original
      _ = draw(&copy, 9)
      var loaded = try Coding.decode(G.self, from: saved)
      let expected = draw(&original, 20)
      seen.expect(draw(&loaded, 20) == expected, "saving", "saved after \(lead) numbers it goes on differently")
    }
    var value = make(5)
    var copy = value
    let ahead = draw(&copy, 10)
    seen.expect(draw(&value, 10) == ahead, "a value", "advancing a copy advances the original")
    balance(draw(&first, 20_000), &seen)
    return seen.violations
  }

  /// Every bit is set half the time, alone and together with its predecessor's, within five standard deviations.
  private static func balance(_ numbers: [UInt64], _ seen: inout Observations) {
    let n = Double(numbers.count)
    let allowed = 5 * (n / 4).squareRoot()
    for bit in 0..<64 as Range<UInt64> {
      let set = Double(numbers.count { $0 >> bit & 1 == 1 })
      seen.expect(abs(set - n / 2) <= allowed, "balance", "bit \(bit) is set \(Int(set)) times of \(numbers.count)")
      let changed = Double(zip(numbers, numbers.dropFirst()).count { ($0 ^ $1) >> bit & 1 == 1 })
      seen.expect(
        abs(changed - n / 2) <= allowed, "independence", "bit \(bit) changes \(Int(changed)) times of \(numbers.count)")
    }
  }
}
