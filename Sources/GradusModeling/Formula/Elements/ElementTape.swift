// SPDX-License-Identifier: Apache-2.0
internal import GradusNumerics

/// The elements of a program compiled for values and first derivatives, and a tape for the rest.
///
/// A group is computed in blocks of elements: variables are gathered, the instructions of its shape run over vectors, and
/// results are added to where they belong. Cost: the arithmetic of the elements, and about four bytes of addresses for
/// each variable and each entry of a derivative; no tape is walked. Second derivatives are compiled when they are first
/// asked for (`ElementCurvature`).
struct ElementTape: Sendable {
  struct Group: Sendable {
    let formula: ElementFormula
    let isObjective: Bool
    let count: Int
    /// `count`, rounded up to whole vectors; arrays by element have this many numbers an item.
    let stride: Int
    let variableCount: Int
    /// Variable k of element e: k·stride + e; the same for the numbers that differ between elements.
    let variables: [Int32]
    let numbers: [Double]
    /// Which numbers of the shape those are.
    let differing: [Int]
    let roots: [Int32]
    let value: BlockProgram
    let gradient: BlockProgram
    /// Places of the first derivatives: entries of the Jacobian, or variables for the objective.
    let gradientPlaces: [Int32]
    let memo: [FormulaGraph.Node: Int]
    /// Where the values of its costly functions begin.
    let memoStart: Int
    /// The number of its first costly function among those of all groups.
    let firstFunction: Int
  }

  let variableCount: Int
  let constraintCount: Int
  let groups: [Group]
  let rest: Tape?
  /// Place in the whole Jacobian of each first derivative of the rest.
  let restPlaces: [Int32]
  let memoCount: Int
  let functionCount: Int

  /// What simplified shapes save in all their elements; nil where none was simplified.
  var savings: FormulaSavings? {
    var total: FormulaSavings?
    for group in groups {
      guard let one = group.formula.savings else { continue }
      let sum = total ?? FormulaSavings(costBefore: 0, costAfter: 0, isWhole: false)
      total = FormulaSavings(
        costBefore: sum.costBefore + one.costBefore * Double(group.count),
        costAfter: sum.costAfter + one.costAfter * Double(group.count), isWhole: false)
    }
    return total
  }

  /// Nil when elements do not pay.
  init?(_ tape: Tape, _ simplification: Simplification? = nil) {
    guard let found = ElementGroups(tape.program) else { return nil }
    var groups: [Group] = []
    var memoCount = 0
    var functionCount = 0
    for group in found.groups {
      let compiled = Group(group, tape, memoStart: memoCount, firstFunction: functionCount, simplification)
      memoCount += compiled.memo.count * compiled.stride
      functionCount += compiled.memo.count
      groups.append(compiled)
    }
    variableCount = tape.program.variableCount
    constraintCount = tape.program.constraintCount
    self.groups = groups
    self.memoCount = memoCount
    self.functionCount = functionCount
    let rest = found.rest.map { Tape($0) }
    var places: [Int32] = []
    if let rest {
      for i in 0..<tape.program.constraintCount {
        for k in rest.supportStarts[i]..<rest.supportStarts[i + 1] {
          places.append(Int32(tape.jacobianBase.place(row: Int32(i), column: Int(rest.supports[k]))))
        }
      }
    }
    self.rest = rest
    restPlaces = places
  }
}

extension ElementTape.Group {
  init(
    _ group: ElementGroups.Group, _ tape: Tape, memoStart: Int, firstFunction: Int, _ simplification: Simplification?
  ) {
    self.memoStart = memoStart
    self.firstFunction = firstFunction
    isObjective = group.isObjective
    count = group.count
    stride = (group.count + 7) / 8 * 8
    variableCount = group.variablesPerElement
    variables = Self.byItem(group.variables, group.variablesPerElement, stride: stride)
    roots = Self.byItem(group.roots, 1, stride: stride)
    // A number that is the same everywhere becomes part of the formula.
    let k = group.numbersPerElement
    var common = group.numbers.prefix(k).map { Double?($0) }
    for place in 0..<k {
      let bits = common[place]?.bitPattern
      for e in 1..<group.count where group.numbers[e * k + place].bitPattern != bits {
        common[place] = nil
        break
      }
    }
    differing = common.indices.filter { common[$0] == nil }
    formula = ElementFormula(
      group.shape, variableCount: group.variablesPerElement, numbers: common, simplification?.repeated(group.count))
    var numbers: [Double] = []
    for place in differing { numbers += Self.byItem(group.numbers, k, item: place, stride: stride) }
    self.numbers = numbers
    let graph = formula.graph
    let functions = (0..<graph.count).filter { graph.operations[$0].needsMemo(exponent: graph.numbers[$0]) }
    memo = Dictionary(uniqueKeysWithValues: functions.enumerated().map { (Int32($1), $0) })
    value = BlockProgram(graph, outputs: [formula.value], memo: memo, numbers: differing)
    let outputs = formula.gradient.map(\.node) + (group.isObjective ? [formula.value] : [])
    gradient = BlockProgram(graph, outputs: outputs, memo: memo, numbers: differing)
    var places: [Int32] = []
    for (j, _) in formula.gradient {
      for e in 0..<stride {
        let variable = variables[j * stride + e]
        places.append(
          group.isObjective
            ? variable : Int32(tape.jacobianBase.place(row: roots[e], column: Int(variable))))
      }
    }
    gradientPlaces = places
  }

  /// From all items of one element after the other to all elements of one item after the other.
  private static func byItem<T>(_ values: [T], _ items: Int, stride: Int) -> [T] {
    (0..<items).flatMap { byItem(values, items, item: $0, stride: stride) }
  }

  private static func byItem<T>(_ values: [T], _ items: Int, item: Int, stride: Int) -> [T] {
    let count = values.count / items
    return (0..<stride).map { values[min($0, count - 1) * items + item] }
  }
}

extension FormulaOperation {
  /// True for functions whose values are kept for derivatives at the same point.
  fileprivate func needsMemo(exponent: Double) -> Bool {
    switch self {
    case .constant, .variable, .parameter: false
    case .constantPower: exponent != exponent.rounded(.towardZero) || abs(exponent) > 8
    default: isExpensive
    }
  }
}
