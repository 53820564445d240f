// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusStudy
import Testing

@Suite struct PerformanceProfileTests {
  private static func random(_ seed: UInt64, contestants: Int = 4, workloads: Int = 6) -> [[Double]] {
    var stream = RandomStream(seed: seed)
    return (0..<contestants).map { _ in
      (0..<workloads).map { _ in stream.uniform() < 0.15 ? .infinity : stream.uniform(1, 5) }
    }
  }

  @Test func byHand() {
    let profiles = PerformanceProfiles(times: [[10, 20, 30], [20, 10, .infinity]])
    #expect(profiles.ratios == [[1, 2, 1], [2, 1, .infinity]])
    #expect(profiles.profile(of: 0, at: 1) == 2.0 / 3 && profiles.profile(of: 0, at: 2) == 1)
    #expect(profiles.profile(of: 1, at: 100) == 2.0 / 3)
    #expect(abs(profiles.scores[0] - (3 + 2 + 3) / 9.0) < 1e-15)
    #expect(abs(profiles.scores[1] - (2 + 3) / 9.0) < 1e-15)
  }

  @Test func theScoreIsTheAreaUnderTheProfile() {
    for seed in 0..<20 as Range<UInt64> {
      let profiles = PerformanceProfiles(times: Self.random(seed))
      for s in 0..<4 {
        let n = 30_000
        let area = (0..<n).reduce(0.0) {
          $0 + profiles.profile(of: s, at: 1 + 3 * (Double($1) + 0.5) / Double(n)) / Double(n)
        }
        #expect(abs(area - profiles.scores[s]) < 1e-3)
        let corners = profiles.corners(of: s)
        #expect(zip(corners, corners.dropFirst()).allSatisfy { $0.ratio < $1.ratio && $0.share <= $1.share })
      }
    }
  }

  /// A slower contestant that is the fastest nowhere leaves the ranking of the others as it is.
  @Test func somebodyWhoIsFastestNowhereChangesNothing() {
    for seed in 0..<30 as Range<UInt64> {
      let times = Self.random(seed)
      let slow = times[0].indices.map { w in 1.01 * times.reduce(Double.infinity) { min($0, $1[w]) } }
      let more = PerformanceProfiles(times: times + [slow])
      #expect(Array(more.scores.prefix(4)) == PerformanceProfiles(times: times).scores)
    }
  }

  @Test func twiceTheTimeMovesTheProfileByTwo() {
    for seed in 0..<30 as Range<UInt64> {
      let times = Self.random(seed)
      let fastest = times[0].indices.map { w in times.dropFirst().reduce(Double.infinity) { min($0, $1[w]) } }
      let slower = zip(times[0], fastest).map { max($0, $1) }
      let before = PerformanceProfiles(times: [slower] + times.dropFirst())
      let after = PerformanceProfiles(times: [slower.map { 2 * $0 }] + times.dropFirst())
      for k in 0...60 {
        let ratio = 1 + 0.1 * Double(k)
        #expect(after.profile(of: 0, at: 2 * ratio) == before.profile(of: 0, at: ratio))
      }
    }
  }

  @Test func whatNobodySolvesCountsForNobody() {
    let profiles = PerformanceProfiles(times: [[1, .infinity], [2, .infinity]])
    #expect(profiles.scores[0] == 0.5)
    #expect(PerformanceProfiles(times: [[.infinity], [.infinity]]).scores == [0, 0])
  }

  /// Workload 2 is a variant of workload 0: no column of its own, but whoever misses it has missed workload 0.
  @Test func aMissedVariantTakesTheCreditOfItsBase() {
    let times: [[Double]] = [[1, 1, .infinity], [2, 2, 50]]
    let profiles = PerformanceProfiles(times: times, variants: [2: 0])
    #expect(profiles.ratios == [[.infinity, 1], [1, 2]])
    #expect(abs(profiles.scores[0] - 0.5) < 1e-15 && abs(profiles.scores[1] - 5.0 / 6) < 1e-15)
    // One that is reached, however slowly, changes nothing.
    let reached = PerformanceProfiles(times: [[1, 1, 900], [2, 2, 50]], variants: [2: 0])
    #expect(reached.ratios == PerformanceProfiles(times: [[1, 1], [2, 2]]).ratios)
    for seed in 0..<20 as Range<UInt64> {
      let (base, variant) = (Self.random(seed), Self.random(seed + 100))
      let both = PerformanceProfiles(
        times: zip(base, variant).map { $0 + $1 },
        variants: Dictionary(uniqueKeysWithValues: (0..<6).map { ($0 + 6, $0) }))
      let removed = zip(base, variant).map { zip($0, $1).map { $1.isFinite ? $0 : .infinity } }
      #expect(both.scores == PerformanceProfiles(times: removed).scores)
    }
    let studies = RepeatedStudies(times: [[[1, 1, 1], [.infinity, .infinity, .infinity]], [[9, 9, 9], [9, 9, 9]]])
    #expect(studies.shareOfResamples(where: 0, beats: 1, stream: RandomStream(seed: 1)) == 0.5)
    #expect(studies.shareOfResamples(where: 0, beats: 1, variants: [1: 0], stream: RandomStream(seed: 1)) == 0)
  }

  /// A time beyond the horizon counts as a miss does.
  @Test func aMissIsAnInfiniteTime() {
    for seed in 0..<20 as Range<UInt64> {
      let fastest = [Double](repeating: 1, count: 6)
      let times = Self.random(seed).map { $0.map { $0 < 4 ? $0 : .infinity } }
      let late = times.map { $0.map { $0.isFinite ? $0 : 1e6 } }
      #expect(
        PerformanceProfiles(times: times + [fastest]).scores == PerformanceProfiles(times: late + [fastest]).scores)
    }
  }

  @Test func mediansMissWhereMostStudiesDo() {
    let studies = RepeatedStudies(times: [
      [[10, 20, 30, .infinity, .infinity], [10, .infinity, .infinity, .infinity, 5]],
      [[40, 40, 40, 40, 40], [40, 40, 40, 40, 40]],
    ])
    #expect(studies.medians == [[30, .infinity], [40, 40]])
    let share = studies.shareOfResamples(where: 1, beats: 0, stream: RandomStream(seed: 1))
    #expect(share > 0.5 && share <= 1)
    let other = studies.shareOfResamples(where: 0, beats: 1, stream: RandomStream(seed: 1))
    #expect(abs(share + other - 1) < 1e-12)
  }
}
