// SPDX-License-Identifier: Apache-2.0

/// Reads expressions in Polish prefix form into a graph, with a stack of its own: depth costs memory, not stack.
struct NLExpressions {
  /// An operator that still waits for arguments.
  private struct Frame {
    var operation: NLOperator
    var wanted: Int
    /// Where its arguments begin among `values`.
    var first: Int
    /// For piecewise-linear terms: where slopes and breakpoints begin among `numbers`.
    var numbers = 0
  }

  var graph = FormulaGraph()
  private let variableCount: Int
  private let definedCount: Int
  /// The nodes of defined variables that have been read.
  private var defined: [FormulaGraph.Node?]
  private var frames: [Frame] = []
  private var values: [FormulaGraph.Node] = []
  private var numbers: [Double] = []

  init(_ header: NLHeader) {
    variableCount = header.variables
    definedCount = header.definedVariables
    defined = [FormulaGraph.Node?](repeating: nil, count: header.definedVariables)
  }

  /// The node of variable or defined variable `index`, which is in range.
  mutating func variable(_ index: Int, _ scanner: NLScanner) throws(ReadError) -> FormulaGraph.Node {
    if index < variableCount { return graph.variable(index) }
    guard let node = defined[index - variableCount] else {
      throw scanner.error("v\(index) is used before its segment V\(index)", expected: "a variable that is defined")
    }
    return node
  }

  /// V: a defined variable with `linearCount` linear terms and an expression.
  mutating func readDefinition(_ scanner: inout NLScanner) throws(ReadError) {
    let index = try scanner.integer(
      "the number of a defined variable", in: variableCount..<variableCount + definedCount)
    if defined[index - variableCount] != nil {
      throw scanner.error("V\(index) stands twice", expected: "one definition of v\(index)")
    }
    let linearCount = try scanner.integer("the number of linear terms", in: 0..<Int(Int32.max))
    _ = try scanner.integer("where the variable is used")
    try scanner.endLine()
    var terms: [(weight: Double, node: FormulaGraph.Node)] = []
    for _ in 0..<linearCount {
      let j = try scanner.integer("a variable", in: 0..<variableCount + definedCount)
      let node = try variable(j, scanner)
      terms.append((try scanner.finiteNumber("a coefficient"), node))
      try scanner.endLine()
    }
    terms.append((1, try read(&scanner)))
    defined[index - variableCount] = graph.sum(terms)
  }

  /// One expression.
  mutating func read(_ scanner: inout NLScanner) throws(ReadError) -> FormulaGraph.Node {
    frames.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    numbers.removeAll(keepingCapacity: true)
    repeat {
      if let leaf = try token(&scanner) {
        values.append(leaf)
        while let frame = frames.last, values.count - frame.first == frame.wanted {
          let node = build(frame)
          frames.removeLast()
          values.removeLast(values.count - frame.first)
          values.append(node)
        }
      }
    } while !frames.isEmpty
    return values[0]
  }

  /// A leaf, or nil when an operator opened a frame.
  private mutating func token(_ scanner: inout NLScanner) throws(ReadError) -> FormulaGraph.Node? {
    let letter = try scanner.letter("an expression (o, v, n)")
    switch letter {
    case 0x76:  // v
      let index = try scanner.integer("a variable", in: 0..<variableCount + definedCount)
      let node = try variable(index, scanner)
      try scanner.endLine()
      return node
    case 0x6E, 0x73, 0x6C:  // n, s, l
      let value = try constant(letter, &scanner)
      return graph.constant(value)
    case 0x6F:  // o
      try open(&scanner)
      return nil
    case 0x66, 0x68:  // f, h
      throw scanner.error(
        letter == 0x66 ? "an external function is called" : "a character string stands here",
        expected: "an expression without functions of a library")
    default: throw scanner.error("found \(scanner.found)", expected: "an expression: o, v or n and a number")
    }
  }

  private func constant(_ letter: UInt8, _ scanner: inout NLScanner) throws(ReadError) -> Double {
    let value: Double
    switch letter {
    case 0x73: value = Double(try scanner.shortInteger("a whole number"))
    case 0x6C: value = Double(try scanner.integer("a whole number"))
    default: value = try scanner.number("a number")
    }
    try scanner.endLine()
    return value
  }

  private mutating func open(_ scanner: inout NLScanner) throws(ReadError) {
    let code = try scanner.integer("the number of an operator")
    guard let operation = NLOperator(code) else {
      throw scanner.error("there is no operator o\(code)", expected: "an operator of the .nl format, o0 to o82")
    }
    if case .refused(let name) = operation {
      throw scanner.error("o\(code), \(name), is not supported", expected: "a model without it")
    }
    try scanner.endLine()
    var frame = Frame(operation: operation, wanted: operation.arity ?? 1, first: values.count)
    if operation.arity == nil {
      let count = try scanner.integer("the number of arguments", in: 1..<Int(Int32.max))
      try scanner.endLine()
      if case .piecewiseLinear = operation {
        frame.numbers = numbers.count
        try readPieces(count, &scanner)
      } else {
        frame.wanted = count
      }
    }
    frames.append(frame)
  }

  /// Slopes and breakpoints in turn.
  private mutating func readPieces(_ slopes: Int, _ scanner: inout NLScanner) throws(ReadError) {
    for k in 0..<2 * slopes - 1 {
      let letter = try scanner.letter("a slope or breakpoint")
      guard letter == 0x6E || letter == 0x73 || letter == 0x6C else {
        throw scanner.error("found \(scanner.found)", expected: "a number: a slope or breakpoint")
      }
      let value = try constant(letter, &scanner)
      guard value.isFinite, k < 3 || k % 2 == 0 || value > numbers[numbers.count - 2] else {
        throw scanner.error("breakpoints must ascend and numbers be finite", expected: "a larger breakpoint")
      }
      numbers.append(value)
    }
  }

  private mutating func build(_ frame: Frame) -> FormulaGraph.Node {
    guard case .piecewiseLinear = frame.operation else {
      return frame.operation.node(values[frame.first...], in: &graph)
    }
    let pieces = Array(numbers[frame.numbers...])
    numbers.removeLast(numbers.count - frame.numbers)
    return piecewiseLinear(pieces, of: values[frame.first])
  }

  /// f(a) = s₁a + Σₖ (sₖ₊₁ − sₖ)·(max(a − bₖ, 0) − max(−bₖ, 0)): slopes sₖ, breakpoints bₖ, f(0) = 0.
  private mutating func piecewiseLinear(_ pieces: [Double], of a: FormulaGraph.Node) -> FormulaGraph.Node {
    var terms: [(weight: Double, node: FormulaGraph.Node)] = [(pieces[0], a)]
    var offset = 0.0
    for k in stride(from: 1, to: pieces.count, by: 2) {
      let step = pieces[k + 1] - pieces[k - 1]
      let (shifted, zero) = (graph.sum([(1, a)], offset: -pieces[k]), graph.constant(0))
      terms.append((step, graph.binary(.maximum, shifted, zero)))
      offset -= step * max(-pieces[k], 0)
    }
    return graph.sum(terms, offset: offset)
  }
}
