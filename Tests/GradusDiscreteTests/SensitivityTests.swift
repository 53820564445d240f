// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusDiscrete
import GradusNumerics
import Testing

@Suite(.enabled(if: Installed.highs != nil, Installed.reason))
struct SensitivityTests {
  private func optimum(_ form: StandardForm) async throws -> LinearAnswer {
    try await HighsOracle(form).solve(SolveLinear())
  }

  /// The ranges of the textbook: Hillier and Lieberman, Introduction to Operations Research, section 6.7.
  @Test func rangesOfWyndorGlass() async throws {
    let form = SmallPrograms.wyndor
    let basis = try #require(try await optimum(form).basis)
    let found = try #require(try LinearRanging.of(form, basis: basis))
    func near(_ range: Sensitivity.Range?, _ from: Double, _ to: Double) -> Bool {
      guard let range else { return false }
      func same(_ a: Double, _ b: Double) -> Bool { a == b || abs(a - b) < 1e-9 }
      return same(range.from, from) && same(range.to, to)
    }
    #expect(near(found.costs["x0"], 0, 7.5), "\(found.costs)")
    #expect(near(found.costs["x1"], 2, .infinity), "\(found.costs)")
    #expect(near(found.sideRanges["r1"], 6, 18), "\(found.sideRanges)")
    #expect(near(found.sideRanges["r2"], 12, 24), "\(found.sideRanges)")
    #expect(found.sideRanges["r0"] == nil)
  }

  /// Inside the range of a side the multiplier is the slope; beyond it is not.
  @Test func multipliersHoldInsideTheRanges() async throws {
    let form = SmallPrograms.wyndor
    let answer = try await optimum(form)
    let basis = try #require(answer.basis)
    let found = try #require(try LinearRanging.of(form, basis: basis))
    let duals = try #require(answer.duals)
    for i in 1...2 {
      let range = try #require(found.sideRanges["r\(i)"])
      func value(_ side: Double) async throws -> Double {
        var moved = form
        moved.rowUpper[i] = side
        return try await optimum(moved).objective ?? .nan
      }
      let (atEnd, beyond) = (try await value(range.to), try await value(range.to + 1))
      #expect(abs(atEnd - 36 - duals[i] * (range.to - range.value)) < 1e-9)
      #expect(beyond - atEnd < duals[i] - 1e-3)
    }
  }

  @Test func integerProgramsHaveNoRanges() throws {
    var form = SmallPrograms.wyndor
    form.kinds = [.integer, .integer]
    let basis = Basis(columns: [.basic, .basic], rows: [.basic, .upper, .upper])
    #expect(try LinearRanging.of(form, basis: basis) == nil)
  }
}
