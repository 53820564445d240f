// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

@Suite("Curvature")
struct CurvatureTests {
  /// Random formulas over [lower, lower + 2]ⁿ from operations whose composition may or may not be convex.
  struct Maker {
    var random: RandomStream
    mutating func index(below n: Int) -> Int { Int(random.next() % UInt64(n)) }

    mutating func formula(_ pool: [Formula]) -> Formula {
      let a = pool[index(below: pool.count)]
      let b = pool[index(below: pool.count)]
      switch index(below: 29) {
      case 0: return a * b
      case 1: return 1 / a
      case 2: return a / b
      case 3: return a ** 2
      case 4: return a ** 3
      case 5: return a ** -2
      case 6: return a ** 1.5
      case 7: return a ** 0.3
      case 8: return a ** -0.7
      case 9: return exp(a)
      case 10: return log(a)
      case 11: return sqrt(a)
      case 12: return abs(a)
      case 13: return max(a, b)
      case 14: return min(a, b)
      case 15: return a ** 2 / b
      case 16: return sqrt(a ** 2 + 2 * b ** 2 + 1)
      case 17: return log(exp(a) + exp(b))
      case 18: return a * log(a)
      case 19: return sqrt(a * b)
      case 20: return sin(a)
      case 21: return tanh(a)
      case 22: return -a
      case 23: return a ** -1 * b ** -0.5
      case 24: return cosh(a)
      case 25: return a * log(b / a + 1)
      case 26: return ((b / a) ** 2 - b / a + 0.5 * a) * a
      case 27: return (2 * a + 1) / (a + 3)
      default: return Formula.sum([0.5 * a, -0.3 * b, 1])
      }
    }
  }

  @Test("A proved curvature agrees with values at middles", arguments: 0..<400)
  func midpoints(seed: Int) throws {
    var maker = Maker(random: RandomStream(seed: UInt64(seed)))
    let lower = [-2.0, -1, 0, 0.5][seed % 4]
    let model = Model("random")
    let variables = (0..<3).map { model.variable("x\($0)", in: lower...(lower + 2)) }
    var pool = variables
    for _ in 0..<6 { pool.append(maker.formula(pool)) }
    for body in pool { model.require(Relation(body)) }
    model.minimize(variables[0])
    let program = try model.program()
    let structure = FormulaStructure(program)
    let oracle = FormulaOracle(program)
    for _ in 0..<60 {
      let points = (0..<2).map { _ in
        Vector((0..<3).map { _ in lower + 2 * Double(maker.random.next() >> 11) * 0x1p-53 })
      }
      let middle = Vector((0..<3).map { (points[0][$0] + points[1][$0]) / 2 })
      let ends = try points.map { try #require(try oracle.immediateValues(at: $0)).constraints }
      let values = try #require(try oracle.immediateValues(at: middle)).constraints
      for i in 0..<pool.count where ends[0][i].isFinite && ends[1][i].isFinite && structure.curvatures[i] != .unknown {
        let mean = (ends[0][i] + ends[1][i]) / 2
        let slack = 1e-9 * max(1, abs(ends[0][i]), abs(ends[1][i]))
        let curvature = structure.curvatures[i]
        // A convex formula is defined between any two points where it is.
        #expect(values[i].isFinite, "row \(i) of \(seed) is \(curvature) but undefined between two points")
        if curvature.isConvex { #expect(values[i] <= mean + slack, "row \(i) of \(seed) is called \(curvature)") }
        if curvature.isConcave { #expect(values[i] >= mean - slack, "row \(i) of \(seed) is called \(curvature)") }
      }
    }
  }

  private func structure(_ build: (Model, Formula, Formula) -> Void) throws -> FormulaStructure {
    let model = Model("m")
    let x = model.variable("x", in: 0.1...10)
    let y = model.variable("y", in: 0.1...10)
    build(model, x, y)
    return FormulaStructure(try model.program())
  }

  @Test("Known convex programs are proved convex")
  func convex() throws {
    #expect(try structure { m, x, y in m.minimize((x - y) ** 2 + exp(x + y)) }.isConvex)
    #expect(try structure { m, x, y in m.minimize(x ** 2 - 2 * x * y + 3 * y ** 2) }.isConvex)
    #expect(try structure { m, x, y in m.maximize(log(x) + sqrt(y)) }.isConvex)
    #expect(
      try structure { m, x, y in
        m.minimize(x); m.require(1 / x + 1 / y <= 3)
      }.isConvex)
    #expect(
      try structure { m, x, y in
        m.minimize(x); m.require(sqrt(x ** 2 + y ** 2) <= 3 + x)
      }.isConvex)
    #expect(try structure { m, x, y in m.minimize(x ** -0.5 * y ** -1) }.isConvex)
    #expect(try structure { m, x, y in m.maximize(sqrt(x * y)) }.isConvex)
    #expect(
      try structure { m, x, y in
        m.minimize(x); m.require(x ** 2 / y + y * log(y) <= 3)
      }.isConvex)
    #expect(try structure { m, x, y in m.minimize(log(exp(x) + exp(2 * y))) }.isConvex)
    #expect(try structure { m, x, y in m.minimize(x * exp(y / x)) }.isConvex)
    #expect(try structure { m, x, y in m.minimize(((y / x) ** 2 - y / x + 0.5 * x) * x) }.isConvex)
    #expect(try structure { m, x, y in m.maximize(x / (x + 1) + y) }.isConvex)
  }

  @Test("Nonconvex programs are not")
  func nonconvex() throws {
    #expect(try !structure { m, x, y in m.minimize(x * y) }.isConvex)
    #expect(try !structure { m, x, y in m.minimize(x * log(y / x + 1)) }.isConvex)
    #expect(try !structure { m, x, y in m.minimize(((y / x) ** 2 - 0.5 * x) * x) }.isConvex)
    #expect(try !structure { m, x, y in m.minimize(x / (x + 1)) }.isConvex)
    #expect(try !structure { m, x, y in m.minimize(x ** 2 - 4 * x * y + 3 * y ** 2) }.isConvex)
    #expect(
      try !structure { m, x, y in
        m.minimize(x); m.require(x ** 2 + y ** 2 == 4)
      }.isConvex)
    #expect(
      try !structure { m, x, y in
        m.minimize(x); m.require(x ** 2 + y ** 2 >= 4)
      }.isConvex)
    #expect(try !structure { m, x, y in m.minimize(sin(x)) }.isConvex)
    #expect(try !structure { m, x, y in m.maximize(exp(x)) }.isConvex)
    let doubts = try structure { m, x, y in
      m.minimize(x); m.require(x <= 1); m.require(x * y >= 1)
    }
    #expect(doubts.doubts == [1])
  }

  @Test("Kinds are named by degree and by the kinds of variables")
  func kinds() throws {
    #expect(try structure { m, x, y in m.minimize(x + y) }.kindName == "LP")
    #expect(try structure { m, x, y in m.minimize(x * y + (x + 1) ** 2) }.kindName == "QP")
    #expect(
      try structure { m, x, y in
        m.minimize(x); m.require(x * y >= 1)
      }.kindName == "QCP")
    #expect(try structure { m, x, y in m.minimize(x * y * x) }.kindName == "NLP")
    #expect(try structure { m, x, y in m.minimize(x + m.binary()) }.kindName == "MIP")
    #expect(try structure { m, x, y in m.minimize(x ** 2 + m.binary()) }.kindName == "MIQP")
    #expect(
      try structure { m, x, y in
        m.minimize(m.binary()); m.require(x * y >= 1)
      }.kindName == "MIQCP")
    let general = try structure { m, x, y in
      m.minimize(m.binary()); m.require(exp(x) >= 1); m.require(x ** 3 <= 2)
    }
    #expect(general.kindName == "MINLP" && general.rows == [.general, .polynomial] && general.objective == .linear)
  }
}
