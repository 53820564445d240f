// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusDiscrete
import GradusModeling
import GradusNative
import GradusNumerics
import Testing

@Suite("Outer approximation", .enabled(if: (try? Highs()) != nil, "HiGHS is not installed"))
struct OuterApproximationTests {
  private func solve(_ model: Model) async throws -> Solution<Vector> {
    let program = try model.program()
    let run = try Run(
      program, by: OuterApproximation(), asking: FormulaSearchOracle(FormulaOracle(program)), seed: 1)
    return try await run.finish(until: .answers(5000))
  }

  /// The least objective over whole points of a cube that satisfy all rows to within 1e-9, by trying them all.
  private func leastByTrial(_ model: Model, _ values: ClosedRange<Int>) throws -> Double {
    let oracle = FormulaOracle(try model.program())
    let form = oracle.program.linear
    let n = oracle.program.variableCount
    let sign: Double = form.sense == .minimize ? 1 : -1
    var best = Double.infinity
    var point = [Int](repeating: values.lowerBound, count: n)
    while true {
      let told = try oracle.immediateValues(at: Vector(point.map { Double($0) }))
      if let told,
        told.constraints.indices.allSatisfy({
          told.constraints[$0] >= form.rowLower[$0] - 1e-9 && told.constraints[$0] <= form.rowUpper[$0] + 1e-9
        })
      {
        best = min(best, told.objective)
      }
      guard let k = point.firstIndex(where: { $0 < values.upperBound }) else { return sign * best }
      point[k] += 1
      for j in 0..<k { point[j] = values.lowerBound }
    }
  }

  private func expectOptimal(_ solution: Solution<Vector>, _ value: Double) {
    #expect(solution.verdict.outcome == .optimal)
    #expect(abs((solution.verdict.objective ?? .nan) - value) <= 2e-4 * max(1, abs(value)))
    #expect(solution.verdict.certificate.bound == .reported(by: solution.report.boundSource ?? ""))
  }

  @Test("Products of integers are exact, whatever their curvature", arguments: 0..<8)
  func products(seed: Int) async throws {
    var random = RandomStream(seed: UInt64(seed))
    func number() -> Double { (Double(random.next() >> 11) * 0x1p-52 - 1) * 5 }
    let model = Model("products")
    let x = (0..<4).map { model.variable("x\($0)", in: -1...3, kind: .integer) }
    var terms: [Formula] = []
    for i in 0..<4 {
      terms.append(Formula(number()) * x[i])
      for j in i..<4 { terms.append(Formula(number()) * x[i] * x[j]) }
    }
    if seed % 2 == 0 { model.minimize(.sum(terms)) } else { model.maximize(.sum(terms)) }
    model.require(x[0] * x[1] - x[2] * x[3] + x[1] <= 4)
    model.require(x[0] + x[1] + x[2] + x[3] >= 1)
    expectOptimal(try await solve(model), try leastByTrial(model, -1...3))
  }

  @Test("A form that is convex as a whole is taken apart into squares", arguments: 0..<4)
  func squares(seed: Int) async throws {
    var random = RandomStream(seed: UInt64(seed))
    func number() -> Double { Double(random.next() >> 11) * 0x1p-52 - 1 }
    let model = Model("squares")
    let x = (0..<4).map { model.variable("x\($0)", in: -3...3, kind: .integer) }
    // Σ (aᵀx)², written out so that single products are of either curvature.
    var q = [[Double]](repeating: [Double](repeating: 0, count: 4), count: 4)
    for _ in 0..<3 {
      let a = (0..<4).map { _ in number() }
      for i in 0..<4 { for j in 0..<4 { q[i][j] += a[i] * a[j] } }
    }
    for i in 0..<4 { q[i][i] += 0.05 }
    let terms = (0..<4).flatMap { i in (0..<4).map { j in Formula(q[i][j]) * x[i] * x[j] } }
    model.minimize(.sum(terms) - (0..<4).reduce(Formula(0)) { $0 + Formula(Double($1) - 1.4) * x[$1] })
    model.require(x[0] + x[1] + x[2] + x[3] >= 2)
    expectOptimal(try await solve(model), try leastByTrial(model, -3...3))
  }

  @Test("A product of powers bounded from below is a sum of logarithms")
  func powers() async throws {
    let model = Model("powers")
    let x = (0..<4).map { model.variable("x\($0)", in: 1...6, kind: .integer) }
    model.minimize(3 * x[0] + 2 * x[1] + x[2] + 2.5 * x[3])
    model.require(0.7 * x[0] ** 0.3 * (x[1] ** 0.4) * (x[2] ** 0.1) * (x[3] ** 0.2) >= 2.1)
    expectOptimal(try await solve(model), try leastByTrial(model, 1...6))
  }

  @Test("Perspectives of on-off rows and proportional fractions are convex")
  func perspectives() async throws {
    let model = Model("perspectives")
    let b = model.binary("b")
    let x = model.variable("x", in: 0...4)
    let y = model.variable("y", in: 0...2)
    let n = model.variable("n", in: 0...5, kind: .integer)
    let a = b + 1e-6
    // b = 1: (x − 1)² ≤ 1, y ≤ log(1 + x); b = 0: x = y = 0.
    model.require(((x / a) ** 2 - 2 * x / a + b) * a <= b)
    model.require((y / a - log(x / a + 1)) * a <= 0)
    model.require(x <= 4 * b)
    let share = model.variable("share", in: 0...1)
    model.require(share - n / (n + 1) <= 0)
    model.maximize(y + 0.2 * x + share - 0.1 * n - 0.3 * b)
    // x = 2, y = log 3, n = 2 (2/3 − 0.2 = 0.4667) against n = 1 (0.4) and n = 3 (0.45).
    let solution = try await solve(model)
    expectOptimal(solution, FormulaOperation.logarithm.value(3) + 0.4 + 2.0 / 3 - 0.2 - 0.3)
  }

  @Test("What is neither convex nor exact is refused")
  func refusal() throws {
    let model = Model("other")
    let u = model.variable("u", in: 0...1)
    let v = model.variable("v", in: 0...1)
    let b = model.binary("b")
    model.minimize(u * v + b)
    #expect(throws: Unsuitable.self) { try OuterApproximation().start(model.program(), random: RandomStream(seed: 1)) }
  }

  @Test("An infeasible program has no point and no other claim")
  func infeasible() async throws {
    let model = Model("infeasible")
    let x = (0..<3).map { model.variable("x\($0)", in: -3...3, kind: .integer) }
    model.minimize(x[0])
    model.require(.sum(x.map { ($0 - 0.5) ** 2 }) <= 0.7)
    let solution = try await solve(model)
    #expect(solution.verdict.outcome == .infeasible && !solution.verdict.certificate.verified)
  }

  @Test("A search goes on from where it was saved, bit for bit")
  func saving() async throws {
    let model = Model("saved")
    let x = (0..<5).map { model.variable("x\($0)", in: 0...5, kind: $0 < 3 ? .integer : .continuous) }
    model.minimize(.sum(x.enumerated().map { ($1 - Formula(0.7 * Double($0))) ** 2 }) + x[0] * x[1])
    model.require(exp(x[3]) + 1 / (x[4] + 0.1) <= 3)
    model.require(x[0] + x[1] + x[2] - x[3] >= 2.5)
    let program = try model.program()
    let (saved, whole) = try await reports(of: OuterApproximation(), on: program, answers: 2000, savedEvery: 5)
    #expect(whole.verdict.outcome == .optimal)
    #expect(saved.point == whole.report.point && saved.bound == whole.report.bound)
  }
}
