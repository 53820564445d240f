// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

@Suite struct SobolTests {
  /// Values made by `Tests/GoldenTests/Reference/sobol_points.py`.
  struct Golden: Decodable {
    var dimension: Int
    var columns: [Int]
    var points: [[Double]]
  }

  @Test func firstPointsAgreeWithSciPy() throws {
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: goldenFile("sobol-points.json")))
    var sequence = SobolSequence(dimension: golden.dimension)
    for expected in golden.points {
      let point = sequence.next()
      #expect(golden.columns.map { point[$0] } == expected)
    }
  }

  @Test(arguments: [1, 2, 7, 33])
  func everyCellOfANetHoldsOnePoint(_ dimension: Int) {
    // The first 2⁸ points are a permutation of the multiples of 2⁻⁸ in every coordinate, shifted or not.
    var random = RandomStream(seed: 5)
    for sequence in [SobolSequence(dimension: dimension), SobolSequence(dimension: dimension, shift: &random)] {
      var sequence = sequence
      var cells = [Set<Int>](repeating: [], count: dimension)
      for _ in 0..<256 {
        let point = sequence.next()
        for i in 0..<dimension {
          #expect(point[i] >= 0 && point[i] < 1)
          cells[i].insert(Int(point[i] * 256))
        }
      }
      #expect(cells.allSatisfy { $0.count == 256 })
    }
  }

  @Test func tooManyDimensionsAreRefusedWithARemedy() {
    let problem = BoxConstrained(.cube(0, 1, 482))
    #expect(throws: Unsuitable.self) { try SobolSearch().start(problem, random: RandomStream(seed: 1)) }
  }

  @Test func coversInfiniteSides() throws {
    let box = Box(lower: [-.infinity, 0, -.infinity], upper: [.infinity, .infinity, 3])
    var method = SobolSearch()
    for shifted in [false, true] {
      method.shifted = shifted
      let run = try drive(method, BoxConstrained(box), limit: 2_000) { $0[0] * $0[0] + $0[1] + abs($0[2]) }
      #expect(run.asked.allSatisfy { $0.isFinite && box.violation(of: $0) == 0 })
      #expect(try #require(run.report.value) < 1)
    }
  }

  @Test func seedsShiftAndThePlainSequenceIgnoresThem() throws {
    func points(_ seed: UInt64, shifted: Bool) throws -> [Vector] {
      var method = SobolSearch()
      method.shifted = shifted
      return try drive(method, BoxConstrained(.cube(0, 1, 3)), seed: seed, limit: 20) { $0[0] }.asked
    }
    #expect(try points(1, shifted: true) != points(2, shifted: true))
    #expect(try points(1, shifted: false) == points(2, shifted: false))
  }
}

@Suite struct RandomSearchTests {
  @Test func startsAtTheStartAndStaysInside() throws {
    let box = Box.cube(-2, 3, 4)
    let problem = BoxConstrained(box, start: [1, 1, 1, 1])
    let run = try drive(RandomSearch(), problem, limit: 500) { $0.inner($0) }
    #expect(run.asked.first == [1, 1, 1, 1])
    #expect(run.asked.allSatisfy { box.violation(of: $0) == 0 })
    let best = run.asked.map { $0.inner($0) }.min()
    #expect(run.report.value == best)
  }

  @Test func failedEvaluationsAreNeverTheBest() throws {
    let answers = [Double.nan, -.infinity, .infinity, 3, .nan]
    var k = 0
    let run = try drive(RandomSearch(), BoxConstrained(.cube(0, 1, 2)), limit: 5) { _ in
      k += 1
      return answers[k - 1]
    }
    #expect(run.report.value == 3)
    #expect(run.report.point == run.asked[3])
  }
}
