// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

/// Search on values that are already known.
@Suite struct OfflineTests {
  private func designs(_ count: Int, seed: UInt64) throws -> OfflineDesigns {
    var random = RandomStream(seed: seed)
    let box = Box(lower: Vector(repeating: -2, count: 4), upper: Vector(repeating: 2, count: 4))
    let points = (0..<count).map { _ in box.sample(&random) }
    return try OfflineDesigns(box, points: points, values: points.map(Self.value))
  }

  private static func value(_ x: Vector) -> Double { x.elements.reduce(3) { $0 + ($1 - 0.5) * ($1 - 0.5) } }

  @Test func `a surrogate learns, and descents on it lead to better designs`() throws {
    let (known, held) = (try designs(400, seed: 1), try designs(100, seed: 2))
    var search = OfflineSearch()
    search.surrogate = .plain
    (search.members, search.starts, search.surrogate.epochs) = (2, 10, 100)
    let surrogates = search.surrogates(for: known, random: RandomStream(seed: 3))
    #expect(surrogates[0].error(at: held.points, values: held.values) < 0.1)
    #expect(surrogates[0].value(at: held.points[0]) != surrogates[1].value(at: held.points[0]))
    let middle = known.values.sorted()[4]
    for agreement in OfflineSearch.Agreement.allCases {
      search.agreement = agreement
      let proposals = search.proposals(for: known, by: surrogates)
      #expect(proposals.count == 10 && proposals.allSatisfy { known.domain.violation(of: $0) == 0 })
      #expect(proposals.map(Self.value).sorted()[5] < middle, "\(agreement)")
    }
  }

  @Test func `a bound on the gradient of the mean flattens it`() throws {
    let known = try designs(200, seed: 1)
    var settings = OfflineSurrogate.Settings.plain
    settings.epochs = 20
    let plain = OfflineSurrogate(known, settings, random: RandomStream(seed: 1))
    settings.multiplierRate = 0.5
    let bounded = OfflineSurrogate(known, settings, random: RandomStream(seed: 1))
    #expect(bounded.multiplier > 0 && plain.multiplier == 0)
    let radius = settings.radius
    #expect(
      bounded.sharpness(at: known.points, radius: radius) < 0.7 * plain.sharpness(at: known.points, radius: radius))
    // To first order the change is ρ|∇h|, so half the radius gives half of it.
    let (whole, half) = (
      plain.sharpness(at: known.points, radius: 1e-3), plain.sharpness(at: known.points, radius: 5e-4)
    )
    #expect(abs(whole / half - 2) < 0.05)
  }

  @Test func `designs that cannot be used are refused`() {
    let box = Box(lower: [0], upper: [1])
    #expect(throws: SpaceError.self) { try OfflineDesigns(box, points: [[0.5]], values: [1]) }
    #expect(throws: SpaceError.self) { try OfflineDesigns(box, points: [[0.5], [0.1]], values: [1, .nan]) }
    #expect(throws: SpaceError.self) { try OfflineDesigns(box, points: [[0.5], [0.1, 1]], values: [1, 2]) }
    #expect(throws: SpaceError.self) { try OfflineDesigns(.all(1), points: [[0.5], [0.1]], values: [1, 2]) }
  }
}
