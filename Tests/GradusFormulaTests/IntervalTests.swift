// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

@Suite("Intervals")
struct IntervalTests {
  static let unary: [(FormulaOperation, Double)] =
    FormulaOperation.allCases.filter { $0.arity == 1 && $0 != .constantPower }.map { ($0, 0) }
    + [-3, -2, -1.5, -1, -0.5, 1.0 / 3, 0.7, 1.5, 3, 4, 5, 7].map { (.constantPower, $0) }
  static let binary = FormulaOperation.allCases.filter { $0.arity == 2 }

  /// Numbers of all sizes and both signs, zeros and small whole numbers among them.
  static func number(_ random: inout RandomStream) -> Double {
    let u = Double(random.next() >> 11) * 0x1p-53
    switch random.next() % 6 {
    case 0: return Double(Int(random.next() % 7)) - 3
    case 1: return 0
    case 2: return (u - 0.5) * 200
    default: return (u - 0.5) * 8
    }
  }

  static func interval(_ random: inout RandomStream) -> Interval {
    let (a, b) = (number(&random), number(&random))
    return Interval(min(a, b), max(a, b))
  }

  static func inside(_ range: Interval, _ random: inout RandomStream) -> Double {
    let u = Double(random.next() >> 11) * 0x1p-53
    switch random.next() % 8 {
    case 0: return range.lower
    case 1: return range.upper
    default: return min(max(range.lower + u * (range.upper - range.lower), range.lower), range.upper)
    }
  }

  @Test("The range of an operation of one argument holds every value, and its preimage every argument")
  func unaryRanges() {
    var random = RandomStream(seed: 1)
    for (operation, number) in Self.unary {
      for _ in 0..<2000 {
        let range = Self.interval(&random)
        let x = Self.inside(range, &random)
        let value = operation.value(x, number: number)
        guard value.isFinite else { continue }
        let values = operation.interval(range, number: number)
        #expect(values.contains(value), "\(operation) \(number) of \(x) in \(range) is \(value), not in \(values)")
        let target = Interval(value.nextDown, value.nextUp).hull(Interval(value + Self.number(&random)))
        // The library's own rounding of the value is not part of the preimage's promise.
        let slack = 1e-12 * max(1, abs(value))
        let arguments = operation.preimage(
          of: target + Interval(-slack, slack), in: range, number: number)
        #expect(arguments.contains(x), "\(operation) \(number): \(x) is lost from \(range) for \(target)")
      }
    }
  }

  @Test("The range of an operation of two arguments holds every value, and its preimages every argument")
  func binaryRanges() {
    var random = RandomStream(seed: 2)
    for operation in Self.binary {
      for _ in 0..<4000 {
        let (a, b) = (Self.interval(&random), Self.interval(&random))
        let (x, y) = (Self.inside(a, &random), Self.inside(b, &random))
        let value = operation.value(x, y)
        guard value.isFinite else { continue }
        let values = operation.interval(a, b)
        #expect(values.contains(value), "\(operation) of \(x), \(y) in \(a), \(b) is \(value), not in \(values)")
        let slack = operation.isLogical ? 0 : 1e-12 * max(1, abs(value))
        let (left, right) = operation.preimages(of: Interval(value - slack, value + slack), a, b)
        #expect(left.contains(x) && right.contains(y), "\(operation): \(x), \(y) is lost from \(a), \(b) for \(value)")
      }
    }
  }

  @Test("Rounding is outward and exact where the result is a number")
  func rounding() {
    #expect(
      Interval(0.1) + Interval(0.2)
        == Interval(0.1 + 0.2).intersection(Interval(0.30000000000000004.nextDown, 1)).hull(Interval(0.3)))
    #expect(Interval(1) + Interval(2) == Interval(3))
    #expect(Interval(1) / Interval(3) == Interval((1.0 / 3), (1.0 / 3).nextUp))
    #expect(Interval(2).squareRoot.width == 2.squareRoot().ulp)
    #expect(Interval(4).squareRoot == Interval(2))
    #expect(Interval(0, 2) * Interval(0, .infinity) == Interval(0, .infinity))
    #expect(Interval(1, 2) / Interval(-1, 1) == .whole)
    #expect(Interval(1, 2) / Interval(0, 1) == Interval(1, .infinity))
    #expect((Interval(1) / Interval(0)).isEmpty)
    #expect(FormulaOperation.logarithm.interval(Interval(-2, -1)).isEmpty)
    #expect(FormulaOperation.logarithm.interval(Interval(-2, 1)) == Interval(-.infinity, 0))
    #expect(FormulaOperation.squareRoot.interval(Interval(-2, 9)) == Interval(0, 3))
    #expect(FormulaOperation.sine.interval(Interval(0, 4)).upper == 1)
  }

  @Test("Tightening loses no feasible point of random programs", arguments: 0..<60)
  func tightening(seed: Int) throws {
    var maker = RandomFormula(seed: seed)
    var program = try maker.program(variables: 4, rows: 3, operations: 12)
    var random = RandomStream(seed: UInt64(seed) + 1000)
    let oracle = FormulaOracle(program)
    let x = Vector((0..<4).map { _ in 0.5 + Double(random.next() >> 11) * 0x1p-53 })
    let values = try #require(try oracle.immediateValues(at: x))
    // Sides around the values of a known point, so that it stays feasible while much else is cut.
    for i in 0..<3 where values.constraints[i].isFinite {
      program.linear.rowLower[i] = values.constraints[i] - 0.01
      program.linear.rowUpper[i] = values.constraints[i] + 0.01
    }
    var sweep = IntervalSweep(program)
    var box = sweep.box
    let cut = Interval(-.infinity, values.objective + 1e-6)
    let isFeasible = sweep.tighten(&box, objectiveRange: cut, rounds: 20)
    #expect(isFeasible)
    for j in 0..<4 { #expect(box[j].contains(x[j]), "variable \(j): \(x[j]) is lost from \(box[j])") }
    for i in 0..<3 { #expect(sweep.range(ofRow: i, in: box).contains(values.constraints[i])) }
  }

  @Test("Tightening finds what rows imply")
  func implied() throws {
    let model = Model("implied")
    let x = model.variable("x", from: 0)
    let y = model.variable("y", from: 0)
    let k = model.variable("k", in: 0...10, kind: .integer)
    model.minimize(x + y)
    model.require(x ** 2 + y ** 2 <= 4)
    model.require(exp(x) >= 2)
    model.require(2 * k <= 7)
    var sweep = IntervalSweep(try model.program())
    var box = sweep.box
    var isFeasible = sweep.tighten(&box)
    #expect(isFeasible)
    #expect(box[1].upper < 1.88 && box[0].upper < 2.0001 && box[0].lower > 0.693 && box[2] == Interval(0, 3))
    model.require(x + y >= 5)
    sweep = IntervalSweep(try model.program())
    box = sweep.box
    isFeasible = sweep.tighten(&box)
    #expect(!isFeasible)
  }

  @Test("A branch that is not taken does not restrict its arguments")
  func branches() throws {
    let model = Model("branches")
    let x = model.variable("x", in: -5...5)
    model.minimize(Formula.conditional(x + abs(x), then: log(x), otherwise: x))
    var sweep = IntervalSweep(try model.program())
    var box = sweep.box
    let isFeasible = sweep.tighten(&box)
    #expect(isFeasible)
    #expect(box[0] == Interval(-5, 5))
  }
}
