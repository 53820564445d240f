// SPDX-License-Identifier: Apache-2.0

extension CodeTape {
  /// A function in C99 that computes all roots at one point:
  ///
  ///     void name(const double *x, double *y)
  ///
  /// It needs `<math.h>` only. Numbers are written so that they are read back exactly. `name` must be an identifier.
  public func cSource(named name: String) -> String {
    precondition(Self.isIdentifier(name), "'\(name)' is no identifier of C; use letters, digits and underscores")
    var lines = ["#include <math.h>", "", "void \(name)(const double *x, double *y) {"]
    let inner = inputCount..<registerCount
    for first in stride(from: inner.lowerBound, to: inner.upperBound, by: 12) {
      let names = (first..<min(first + 12, inner.upperBound)).map { "r\($0)" }
      lines.append("  double \(names.joined(separator: ", "));")
    }
    for i in instructions { lines.append("  \(Self.register(i.target, inputCount)) = \(text(i));") }
    for (k, r) in outputs.enumerated() { lines.append("  y[\(k)] = \(Self.register(r, inputCount));") }
    return lines.joined(separator: "\n") + "\n}\n"
  }

  private static func isIdentifier(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
    return name.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95
    }
  }

  private static func register(_ r: Int32, _ inputCount: Int) -> String { Int(r) < inputCount ? "x[\(r)]" : "r\(r)" }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NAN" }
    if value.isInfinite { return value < 0 ? "-INFINITY" : "INFINITY" }
    let text = "\(value)"
    return value < 0 ? "(\(text))" : text
  }

  private func text(_ i: Instruction) -> String {
    let a = Self.register(i.a, inputCount)
    let b = Self.register(i.b, inputCount)
    let c = Self.register(i.c, inputCount)
    let number = Self.number(i.number)
    switch i.code {
    case .constant: return number
    case .copy: return a
    case .add: return "\(a) + \(b)"
    case .subtract: return "\(a) - \(b)"
    case .multiply: return "\(a) * \(b)"
    case .divide: return "\(a) / \(b)"
    case .addNumber: return "\(a) + \(number)"
    case .scale: return "\(number) * \(a)"
    case .scaleAdd: return "\(number) * \(a) + \(c)"
    case .multiplyAdd: return "\(a) * \(b) + \(c)"
    case .multiplySubtract: return "\(c) - \(a) * \(b)"
    case .select: return "\(a) != 0 ? \(b) : \(c)"
    case .function: return Self.call(i.operation, a, number)
    case .function2: return Self.call(i.operation, a, b)
    }
  }

  private static func call(_ operation: FormulaOperation, _ a: String, _ b: String) -> String {
    switch operation {
    case .power, .constantPower: "pow(\(a), \(b))"
    case .absolute: "fabs(\(a))"
    case .squareRoot: "sqrt(\(a))"
    case .arcSine, .arcCosine, .arcTangent, .hyperbolicSine, .hyperbolicCosine, .hyperbolicTangent,
      .inverseHyperbolicSine, .inverseHyperbolicCosine, .inverseHyperbolicTangent, .exponential, .logarithm,
      .logarithm10, .sine, .cosine, .tangent, .floor, .round:
      "\(operation.symbol)(\(a))"
    case .ceiling: "ceil(\(a))"
    case .truncate: "trunc(\(a))"
    case .arcTangent2: "atan2(\(a), \(b))"
    case .minimum: "isnan(\(a)) || isnan(\(b)) ? NAN : \(a) <= \(b) ? \(a) : \(b)"
    case .maximum: "isnan(\(a)) || isnan(\(b)) ? NAN : \(a) >= \(b) ? \(a) : \(b)"
    case .remainder: "fmod(\(a), \(b))"
    case .integerQuotient: "trunc(\(a) / \(b))"
    case .and: "\(a) != 0 && \(b) != 0"
    case .or: "\(a) != 0 || \(b) != 0"
    case .not: "\(a) == 0"
    case .equal: "\(a) == \(b)"
    default: "\(a) \(operation.symbol) \(b)"
    }
  }
}
