// SPDX-License-Identifier: Apache-2.0
import GradusFormulation
import GradusModeling
import GradusNumerics
import Testing

@Suite struct TellingTests {
  /// The numbers in a text; commas between digits group them.
  private static func numbers(_ text: String) -> Set<Double> {
    var found: Set<Double> = []
    var token = ""
    let characters = Array(text) + [" "]
    for (k, c) in characters.enumerated() {
      let next = k + 1 < characters.count ? characters[k + 1] : " "
      let isInner = (c == "." || c == ",") && token.last?.isNumber == true && next.isNumber
      let isSign = c == "-" && token.isEmpty && next.isNumber
      if c.isNumber || isInner || isSign {
        if c != "," { token.append(c) }
      } else {
        if let value = Double(token) { found.insert(value) }
        token = ""
      }
    }
    return found
  }

  @Test func numbersAreReadAsPeopleWriteThem() {
    #expect(Self.numbers("at most 12,500 kg, $2.50, -3.5 and 7.") == [12500, 2.5, -3.5, 7])
  }

  @Test(arguments: InstanceFamilyTests.names)
  func everyNumberAndEveryElementIsTold(_ name: String) throws {
    let family = try #require(InstanceFamilies.family(named: name))
    for seed in 0..<12 as Range<UInt64> {
      var stream = RandomStream(seed: seed)
      let model = family.statement(size: seed < 9 ? 11 : 45, difficulty: Double(seed % 3) / 2, &stream)
      let words = family.words(model, &stream)
      let told = Self.numbers(words)
      for parameter in model.parameters {
        for value in parameter.values {
          #expect(told.contains(value), "\(parameter.name) \(value) is not in: \(words)")
        }
      }
      for element in model.sets.flatMap(\.elements).flatMap({ $0 }) {
        #expect(words.contains(element), "\(element) is not in: \(words)")
      }
      for sign in ["<=", ">=", "==", "sum(", "[", "∑", "nothing long", "unknown", "RESOURCE", "SINK"] {
        #expect(!words.contains(sign), "\(sign) in: \(words)")
      }
    }
  }

  @Test(arguments: InstanceFamilyTests.names)
  func wordingsAndStoriesVary(_ name: String) throws {
    let family = try #require(InstanceFamilies.family(named: name))
    var stream = RandomStream(seed: 5)
    let model = family.statement(size: 9, difficulty: 0.5, &stream)
    let tellings = Set((0..<20).map { _ in family.words(model, &stream) })
    #expect(tellings.count >= 15)
    let starts = Set(tellings.map { $0.prefix(60) })
    #expect(starts.count >= 3)
    // Three stories with three beginnings each.
    let stories = Set(
      (0..<40).map { k in
        var stream = RandomStream(seed: 50 + UInt64(k))
        let other = family.statement(size: 9, difficulty: 0.5, &stream)
        return family.words(other, &stream).split(separator: " ").prefix(4).joined(separator: " ")
      })
    #expect(stories.count >= 6, "\(stories.sorted())")
  }
}
