// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusDiscrete
import GradusModeling
import GradusNative
import GradusNumerics
import Testing

@Suite("Global search over formulas", .enabled(if: (try? Highs()) != nil, "HiGHS is not installed"))
struct GlobalSearchTests {
  private func spatial(_ model: Model, answers: Int = 20_000) async throws -> Solution<Vector> {
    let program = try model.program()
    let run = try Run(
      program, by: SpatialBranchAndBound(), asking: FormulaSearchOracle(FormulaOracle(program)), seed: 1)
    return try await run.finish(until: .answers(answers))
  }

  private func expectOptimal(_ solution: Solution<Vector>, _ value: Double, _ tolerance: Double = 1e-5) {
    #expect(solution.verdict.outcome == .optimal && solution.verdict.certificate.verified)
    #expect(abs((solution.verdict.objective ?? .nan) - value) <= tolerance)
    #expect(solution.verdict.certificate.bound == .checked)
  }

  @Test("The six-hump camel has its lowest valley proved")
  func camel() async throws {
    let model = Model("camel")
    let x = model.variable("x", in: -3...3)
    let y = model.variable("y", in: -2...2)
    model.minimize((4 - 2.1 * x ** 2 + x ** 4 / 3) * x ** 2 + x * y + (-4 + 4 * y ** 2) * y ** 2)
    expectOptimal(try await spatial(model), -1.0316284535)
  }

  @Test("A bilinear program is maximized over its rows")
  func bilinear() async throws {
    let model = Model("bilinear")
    let x = model.variable("x", in: 0...4)
    let y = model.variable("y", in: 0...6)
    model.maximize(x * y - x)
    model.require(x + y <= 5)
    expectOptimal(try await spatial(model), 4)
  }

  @Test("Integers and products together")
  func integers() async throws {
    let model = Model("integers")
    let x = model.variable("x", in: 0...10, kind: .integer)
    let y = model.variable("y", in: 0...10, kind: .integer)
    model.maximize(x * y)
    model.require(x + 2 * y <= 11)
    expectOptimal(try await spatial(model), 15)
  }

  @Test("Functions with domains and both curvatures")
  func functions() async throws {
    let model = Model("functions")
    let x = model.variable("x", in: 0.1...6)
    model.minimize(sin(3 * x) + log(x) / x + sqrt(x))
    let solution = try await spatial(model)
    let best =
      (0...600_000).map { k in
        let x = 0.1 + 5.9 * Double(k) / 600_000
        return FormulaOperation.sine.value(3 * x) + FormulaOperation.logarithm.value(x) / x + x.squareRoot()
      }.min() ?? .nan
    expectOptimal(solution, best)
  }

  @Test("What cannot be is proved infeasible")
  func infeasible() async throws {
    let model = Model("infeasible")
    let x = model.variable("x", in: -5...5)
    let y = model.variable("y", in: -5...5)
    model.minimize(x)
    model.require(x ** 2 + y ** 2 <= 1)
    model.require(x * y >= 0.6)
    let solution = try await spatial(model)
    #expect(solution.verdict.outcome == .infeasible && solution.verdict.certificate.verified)
  }

  @Test("A multiplier that cannot settle a free variable proves nothing")
  func freeVariables() async throws {
    let model = Model("free")
    let x = (0..<3).map { model.variable("x\($0)") }
    let r = model.variable("r", in: 0...10)
    let k = model.variable("k")
    model.minimize(k)
    model.require(x[0] * r ** 2 - x[1] * r ** 4 == 0)
    model.require(x[1] - 5 * x[2] ** 2 == 0.25)
    model.require(x[0] - k <= 0.5)
    model.require(k - x[0] <= 0.25)
    // r = 0, x = (0.25, 0.25, 0), k = 0 is feasible, so neither infeasible nor a bound above 0 can be right.
    let solution = try await spatial(model, answers: 400)
    #expect(solution.verdict.outcome != .infeasible)
    #expect((solution.verdict.bound ?? -.infinity) <= 0)
  }

  @Test("No bound lies above a value of a random polynomial", arguments: 0..<12)
  func bounds(seed: Int) async throws {
    var random = RandomStream(seed: UInt64(seed))
    func number() -> Double { Double(random.next() >> 11) * 0x1p-52 - 1 }
    let model = Model("random")
    let x = (0..<3).map {
      model.variable("x\($0)", in: -1...2, kind: $0 == 2 && seed % 2 == 0 ? .integer : .continuous)
    }
    var terms: [Formula] = []
    for i in 0..<3 {
      for j in i..<3 { terms.append(Formula(number()) * x[i] * x[j]) }
      terms.append(Formula(number()) * x[i] ** 3)
      terms.append(Formula(number()) * exp(x[i] * Formula(number())))
    }
    model.minimize(.sum(terms))
    model.require(x[0] * x[1] + x[2] >= -0.5)
    let program = try model.program()
    let oracle = FormulaOracle(program)
    let early = try await spatial(model, answers: 30)
    let solution = try await spatial(model)
    #expect(solution.verdict.outcome == .optimal)
    let value = try #require(solution.verdict.objective)
    for _ in 0..<20_000 {
      var point = Vector((0..<3).map { _ in 0.5 + 1.5 * number() })
      if seed % 2 == 0 { point[2] = point[2].rounded() }
      let here = try #require(try oracle.immediateValues(at: point))
      guard here.constraints[0] >= -0.5 else { continue }
      #expect(here.objective >= (early.verdict.bound ?? -.infinity))
      #expect(here.objective >= (solution.verdict.bound ?? -.infinity))
      #expect(here.objective >= value - 2e-4 * max(1, abs(value)))
    }
  }

  @Test("Outer approximation closes convex programs with integers")
  func outerApproximation() async throws {
    let model = Model("convex")
    let x = model.variable("x", in: 0...10, kind: .integer)
    let y = model.variable("y", in: 0...10, kind: .integer)
    let z = model.variable("z", in: 0...10)
    model.minimize((x - 1.3) ** 2 + (y - 2.6) ** 2 + exp(z) - 2 * z)
    model.require(z >= 0.1 * x)
    model.require(x ** 2 + y ** 2 <= 12)
    let program = try model.program()
    let run = try Run(
      program, by: OuterApproximation(), asking: FormulaSearchOracle(FormulaOracle(program)), seed: 1)
    let solution = try await run.finish(until: .answers(5000))
    let value = 0.09 + 0.16 + 2 - 2 * FormulaOperation.logarithm.value(2)
    #expect(solution.verdict.outcome == .optimal)
    #expect(abs((solution.verdict.objective ?? .nan) - value) < 1e-4)
    #expect(solution.verdict.certificate.verified == false)
  }

  @Test("A search goes on from where it was saved, bit for bit")
  func saving() async throws {
    let model = Model("saved")
    let x = model.variable("x", in: -3...3)
    let y = model.variable("y", in: -2...2)
    model.minimize(x ** 4 - 3 * x ** 2 + x * y + y ** 4)
    let program = try model.program()
    let (saved, whole) = try await reports(of: SpatialBranchAndBound(), on: program, answers: 400, savedEvery: 7)
    #expect(saved.point == whole.report.point && saved.bound == whole.report.bound)
  }
}
