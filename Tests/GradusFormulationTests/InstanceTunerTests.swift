// SPDX-License-Identifier: Apache-2.0
import GradusFormulation
import GradusModeling
import GradusNumerics
import Testing

@Suite struct InstanceTunerTests {
  @Test func complexityCountsAsItsFormulaSays() throws {
    let text = """
      variables:
        x: {lower: 0, upper: 10}
        n: {kind: integer, lower: 0, upper: 7}
        z: binary
        y: binary
      maximize: x + n + z
      subject to:
        switch: x + n <= 50 * z
        plain: 3 * x + n + z <= 20
        both: y + z <= 1
        round: x^2 + n * x <= 40
        equal: x + 9 * y == 9
      """
    let complexity = InstanceComplexity(try FiveElementModel.parse(text: text, path: "test").program)
    #expect(complexity.binaries == 2 && complexity.integers == 1 && complexity.continuous == 1)
    #expect(complexity.linearRows == 4 && complexity.nonlinearRows == 1 && complexity.bigMRows == 1)
    // objective 3, rows 3 + 3 + 2 + 2 + 2
    #expect(complexity.meanTerms == 15.0 / 6)
    #expect(abs(complexity.score() - (3 + 0.5 + 2 + 2 + 1 + 0.5)) < 1e-12)
  }

  /// Classes that have no instance near a target; each is listed with the targets it leaps over.
  private static let beyond: [String: [Double]] = ["vehicle-routing": [20], "unit-commitment": [20]]

  @Test(arguments: InstanceFamilyTests.names, [20.0, 60, 180])
  func drawnInstancesLandNearTheTarget(_ name: String, _ target: Double) throws {
    let family = try #require(InstanceFamilies.family(named: name))
    let tuner = InstanceTuner(draws: 3)
    var stream = RandomStream(seed: 11)
    let tuned = try tuner.tuned(family, target: target, &stream)
    if Self.beyond[name]?.contains(target) == true {
      #expect(!tuned.isReached)
      return
    }
    #expect(tuned.isReached, "\(tuned)")
    // Other draws than those that judged the size.
    let draws = target == 180 ? 6 : 10
    var near = 0
    for k in 0..<draws {
      var stream = RandomStream(seed: 1000 + UInt64(k))
      let score = try tuner.complexity(family.statement(size: tuned.size, difficulty: 0.5, &stream))
      if abs(score - target) <= 0.25 * target { near += 1 }
    }
    #expect(Double(near) >= 0.9 * Double(draws), "\(near) of \(draws) at \(tuned)")
  }
}
