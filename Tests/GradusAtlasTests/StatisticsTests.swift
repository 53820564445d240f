// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import Testing

/// The paired statistics, against tables and against enumeration.
@Suite struct StatisticsTests {
  /// Every sign pattern of the ranks, counted one by one.
  static func enumerated(_ differences: [Double]) -> Double {
    let n = differences.count
    let magnitudes = differences.map(abs)
    let ranks = magnitudes.map { m in
      Double(magnitudes.count { $0 < m }) + (Double(magnitudes.count { $0 == m }) + 1) / 2
    }
    let observed = (0..<n).reduce(0.0) { $0 + (differences[$1] > 0 ? ranks[$1] : 0) }
    var extreme = 0
    for pattern in 0..<(1 << n) {
      let sum = (0..<n).reduce(0.0) { $0 + (pattern >> $1 & 1 == 1 ? ranks[$1] : 0) }
      if sum >= observed { extreme += 1 }
    }
    return Double(extreme) / Double(1 << n)
  }

  @Test func fiveAgreeingPairsAreSignificant() {
    #expect(SignedRankTest([0.1, 0.2, 0.3, 0.4, 0.5]).probability == 1.0 / 32)
    #expect(SignedRankTest([0.1, 0.2, 0.3, 0.4]).probability == 1.0 / 16)
    #expect(SignedRankTest([-0.1, 0.2, 0.3, 0.4, 0.5]).probability == 2.0 / 32)
    #expect(SignedRankTest([]).probability == 1)
  }

  @Test func agreesWithEnumeration() {
    var random = RandomStream(seed: 3)
    for trial in 0..<60 {
      let n = 1 + random.integer(below: 10)
      // Rounded, so that ties and zeros occur.
      let differences = (0..<n).map { _ in (4 * random.normal() + 1).rounded() }
      let test = SignedRankTest(differences)
      #expect(abs(test.probability - Self.enumerated(differences)) < 1e-12, "trial \(trial): \(differences)")
    }
  }

  @Test func nothingThatIsNoNumberSpeaksForAClaim() {
    #expect(SignedRankTest([.nan, 1, 1, 1, 1]).probability > 0.05)
    #expect(SignedRankTest([0, 0, 0, 0, 0]).probability == 1)
    #expect(SignedRankTest([.infinity, .infinity, 1, 2, 3]).probability == 1.0 / 32)
  }

  @Test func manyPairsKeepTheirLevel() {
    var random = RandomStream(seed: 8)
    var rejected = 0
    for _ in 0..<400 where SignedRankTest((0..<40).map { _ in random.normal() }).probability <= 0.05 { rejected += 1 }
    // 400 fair tests at level 0.05: 20 expected, six standard deviations are 26.
    #expect(rejected < 46)
  }

  @Test func bootstrapCoversTheMeanAndIsRepeatable() {
    var covered = 0
    for seed in 0..<100 as Range<UInt64> {
      var random = RandomStream(seed: seed)
      let sample = (0..<30).map { _ in 2 + random.normal() }
      let interval = BootstrapInterval(meanOf: sample, resamples: 500, random: random.child("bootstrap"))
      #expect(interval == BootstrapInterval(meanOf: sample, resamples: 500, random: random.child("bootstrap")))
      if interval.lower <= 2, 2 <= interval.upper { covered += 1 }
    }
    #expect(covered >= 85)
  }

  @Test func bootstrapOfEqualValuesIsAPoint() {
    let interval = BootstrapInterval(meanOf: [3, 3, 3], random: RandomStream(seed: 1))
    #expect(interval.lower == 3 && interval.upper == 3 && interval.mean == 3)
  }
}
