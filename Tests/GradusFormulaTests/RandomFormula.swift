// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

/// Random programs whose values are smooth and tame on the box [0.5, 1.5]ⁿ: every operation with derivatives occurs.
struct RandomFormula {
  var random: RandomStream

  init(seed: Int) { random = RandomStream(seed: UInt64(seed)) }

  mutating func index(below n: Int) -> Int { Int(random.next() % UInt64(n)) }
  mutating func number() -> Double { Double(random.next() >> 11) * 0x1p-53 * 2 - 1 }

  mutating func program(variables n: Int, rows m: Int, operations: Int) throws -> FormulaProgram {
    let model = Model("random")
    var pool = (0..<n).map { model.variable("x\($0)", in: 0.5...1.5, start: 1 + 0.3 * number()) }
    for _ in 0..<operations { pool.append(combined(pool)) }
    model.minimize(pool[pool.count - 1] + 0.5 * pool[index(below: pool.count)])
    for i in 0..<m {
      let body = pool[index(below: pool.count)] + number() * pool[index(below: n)]
      model.require(Relation(body, from: i % 2 == 0 ? -10 : -.infinity, to: 10), "row\(i)")
    }
    return try model.program()
  }

  /// Sums of one random formula each, over neighboring variables and with other numbers in every place; a few addends of
  /// another kind, a large one and one that holds `max` stand between them.
  mutating func repeated(elements: Int, operations: Int, shareOfRows: Int) throws -> FormulaProgram {
    let model = Model("repeated")
    let x = (0..<elements + 2).map { model.variable("x\($0)", in: 0.5...1.5, start: 1 + 0.3 * number()) }
    let draws = random
    var numbers = RandomFormula(seed: elements + operations)
    var addends: [Formula] = []
    for e in 0..<elements {
      // The same draws everywhere: the same operations in the same places.
      random = draws
      var pool = [x[e], x[e + 1], (1.5 + numbers.number()) * x[e + 2] + numbers.number()]
      for _ in 0..<operations { pool.append(combined(pool)) }
      let formula = (1.5 + numbers.number()) * pool[pool.count - 1]
      if e % shareOfRows == 0 { model.require(formula + x[e] <= 10, "row\(e)") } else { addends.append(formula) }
    }
    addends.append(max(x[0], x[1]) * x[2])
    addends.append(Formula.sum((0..<30).map { x[$0] * x[$0 + 2] }) ** 2)
    addends.append(sin(x[1] * x[5]))
    model.require(Formula.sum(x.prefix(40).map { $0 ** 3 }) <= 100, "cubes")
    model.minimize(Formula.sum(addends))
    return try model.program()
  }

  /// One more formula from those there are; bounded, so that long chains stay in range.
  private mutating func combined(_ pool: [Formula]) -> Formula {
    let a = pool[index(below: pool.count)]
    let b = pool[index(below: pool.count)]
    switch index(below: 24) {
    case 0: return 0.5 * a * b
    case 1: return a / (2 + b * b)
    case 2: return (1 + a * a) ** (0.3 * sin(b))
    case 3: return sin(a)
    case 4: return cos(a)
    case 5: return exp(-(a * a))
    case 6: return log(2 + a * a)
    case 7: return sqrt(1 + a * a)
    case 8: return tanh(a)
    case 9: return atan(a)
    case 10: return atan2(a, 3 + b * b)
    case 11: return asinh(a)
    case 12: return acosh(2 + a * a)
    case 13: return atanh(0.5 * sin(a))
    case 14: return asin(0.5 * cos(a)) + acos(0.3 * sin(b))
    case 15: return tan(0.3 * sin(a)) + sinh(0.5 * sin(b)) - cosh(cos(a))
    case 16: return (1.5 + 0.5 * sin(a)) ** 3
    case 17: return (1.5 + 0.5 * sin(a)) ** -1.7
    case 18: return log10(3 + cos(a))
    case 19: return 0.5 * (a - b)
    case 20: return Formula.sum([0.2 * a, 0.3 * b, 0.1 * a * b])
    case 21: return max(a, b + 5)
    case 22: return min(a, b + 5)
    default: return 0.4 * (a + b) ** 2 / (1 + a * a)
    }
  }
}
