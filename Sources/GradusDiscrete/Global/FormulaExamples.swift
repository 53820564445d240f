// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling

/// Problems of the library written as formulas, for the laws.
package enum FormulaExamples {
  /// The name of the problem in the library, the same problem as a program of formulas, and who answers about it; with
  /// `convex` only those that are proved convex.
  package static func all(convex: Bool = false) -> [(name: String, program: any Sendable, oracle: any Sendable)] {
    (convex ? [("hs12", hs12), ("knapsack", knapsack)] : [("hs71", hs71), ("hs12", hs12), ("hs30", hs30)]).compactMap {
      name, model in
      guard let program = try? model.program() else { return nil }
      return (name, program, FormulaSearchOracle(FormulaOracle(program)))
    }
  }

  private static var hs71: Model {
    let model = Model("hs71")
    let x = zip([1.0, 5, 5, 1], 0...).map { model.variable("x\($1)", in: 1...5, start: $0) }
    model.minimize(x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2])
    model.require(x[0] * x[1] * x[2] * x[3] >= 25)
    model.require(x[0] ** 2 + x[1] ** 2 + x[2] ** 2 + x[3] ** 2 == 40)
    return model
  }

  private static var hs12: Model {
    let model = Model("hs12")
    let x = model.variable("x", start: 0)
    let y = model.variable("y", start: 0)
    model.minimize(0.5 * x ** 2 + y ** 2 - x * y - 7 * x - 7 * y)
    model.require(4 * x ** 2 + y ** 2 <= 25)
    return model
  }

  /// The row of the bag squared, so that it is a convex formula; 14.9² holds the same whole points as 14², and more between.
  private static var knapsack: Model {
    let model = Model("knapsack")
    let x = (0..<8).map { model.variable("x\($0)", in: 0...1, kind: .integer) }
    func total(_ weights: [Double]) -> Formula { .sum(zip(weights, x).map { Formula($0) * $1 }) }
    model.minimize(total([-15, -10, -9, -5, -8, -12, -7, -4]))
    model.require(total([5, 4, 3, 2, 3, 5, 4, 1]) ** 2 <= 222)
    return model
  }

  private static var hs30: Model {
    let model = Model("hs30")
    let x = zip([1.0, -10, -10], 0...).map { model.variable("x\($1)", in: $0...10, start: 1) }
    model.minimize(x[0] ** 2 + x[1] ** 2 + x[2] ** 2)
    model.require(x[0] ** 2 + x[1] ** 2 >= 1)
    return model
  }
}
