// SPDX-License-Identifier: Apache-2.0

/// A function of few variables given by one formula; its derivatives follow by hyper-dual numbers, n passes each.
protocol FormulaFunction: SmoothFunction {
  func formula<T: Algebraic>(_ x: [T]) -> T
}

extension FormulaFunction {
  func evaluate(_ x: [Double]) -> Double { formula(x) }

  func differentiate(_ x: [Double], _ g: inout [Double]) -> Double {
    var seeded = x.map { HyperDual($0) }
    var value = 0.0
    for i in x.indices {
      seeded[i].parts[1] = 1
      let result = formula(seeded)
      seeded[i].parts[1] = 0
      g[i] = result.parts[1]
      value = result.value
    }
    return value
  }

  func curve(_ x: [Double], _ d: [Double], _ h: inout [Double]) {
    var seeded = x.indices.map { HyperDual(x[$0], first: 0, second: d[$0]) }
    for i in x.indices {
      seeded[i].parts[1] = 1
      h[i] = formula(seeded).parts[3]
      seeded[i].parts[1] = 0
    }
  }
}
