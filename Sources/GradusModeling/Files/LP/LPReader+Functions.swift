// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// Expressions: the objective and the rows.
extension LPReader {
  mutating func readObjective() throws(ReadError) {
    if let label = try label() { objectiveName = label }
    objective = try function(isObjective: true)
  }

  /// A name and a colon, if that is what comes.
  private mutating func label() throws(ReadError) -> String? {
    guard scanner.token.kind == .name else { return nil }
    let start = scanner
    try scanner.advance()
    guard scanner.token.kind == .colon else {
      scanner = start
      return nil
    }
    try scanner.advance()
    return String(decoding: scanner.bytes(start.token.field), as: UTF8.self)
  }

  /// True when the token at hand is a name with a colon behind it: the label of the next row.
  private func isLabel() throws(ReadError) -> Bool {
    var ahead = scanner
    try ahead.advance()
    return ahead.token.kind == .colon
  }

  mutating func readConstraint() throws(ReadError) {
    let first = scanner.token
    let name = try label()
    if let name, !usedLabels.insert(name).inserted {
      throw scanner.error(first, "the row \(name) stands twice", expected: "different names of rows")
    }
    if let indicator = try indicator(row: rows.count) { indicators.append(indicator) }
    let (function, low, high) = try row(isLabelled: name != nil)
    rows.append(function)
    rowLower.append(low)
    rowUpper.append(high)
    rowLabels.append(name)
  }

  /// `b = 1 ->`
  private mutating func indicator(row: Int) throws(ReadError) -> Indicator? {
    guard scanner.token.kind == .name else { return nil }
    let start = scanner
    try scanner.advance()
    guard scanner.token.kind == .equal else {
      scanner = start
      return nil
    }
    try scanner.advance()
    let value = scanner.token
    guard value.kind == .number else {
      scanner = start
      return nil
    }
    try scanner.advance()
    guard scanner.token.kind == .arrow else {
      scanner = start
      return nil
    }
    guard value.value == 0 || value.value == 1 else {
      throw scanner.error(value, "\(scanner.text(value)) as value of an indicator", expected: "0 or 1")
    }
    try scanner.advance()
    indicatorTokens.append(start.token)
    return Indicator(row: row, column: columnOrNew(start.token), active: value.value == 1)
  }

  private mutating func row(isLabelled: Bool) throws(ReadError) -> (LPFunction, Double, Double) {
    let first = scanner.token
    var function = try function(isObjective: false)
    let relation = scanner.token
    guard relation.kind.isRelation else { throw scanner.unexpected("a sign and a term, or <=, >= or =") }
    try scanner.advance()
    var low = -Double.infinity
    var high = Double.infinity
    if function.isConstant && function.hasConstant {
      // 1 <= expression, perhaps with a second relation behind it.
      let side = LPReader.clipped(function.constant)
      function = try self.function(isObjective: false)
      guard !function.isConstant else {
        throw scanner.error(first, "a row without a variable", expected: "at least one term")
      }
      if relation.kind != .greater { low = side }
      if relation.kind != .less { high = side }
      if scanner.token.kind.isRelation {
        // The second relation may belong to the row, or to another one that begins with the line.
        if let line = function.signedLine {
          guard isLabelled else { throw ambiguous(line) }
          if continuation == nil { continuation = line }
        }
        guard scanner.token.kind == relation.kind, relation.kind != .equal else {
          throw scanner.unexpected("two relations of the same direction")
        }
        try scanner.advance()
        let other = try signedNumber()
        if relation.kind == .less { high = other } else { low = other }
      }
    } else {
      let side = try signedNumber()
      if scanner.token.kind.isRelation { throw scanner.unexpected("one relation, or a number on the left") }
      if relation.kind != .less { low = side }
      if relation.kind != .greater { high = side }
    }
    low = LPReader.clipped(low - function.constant)
    high = LPReader.clipped(high - function.constant)
    if low == .infinity || high == -.infinity || low == high && !low.isFinite {
      throw scanner.error(first, "an infinite side makes the row impossible", expected: "a finite number")
    }
    function.constant = 0
    return (function, low, high)
  }

  func ambiguous(_ line: LPToken) -> ReadError {
    scanner.error(
      line, "this line may continue the row above or begin another",
      expected: "a label for every row, as in \"c1: x >= 1\"")
  }

  mutating func signedNumber() throws(ReadError) -> Double {
    var sign = 1.0
    while scanner.token.kind.isSign {
      if scanner.token.kind == .minus { sign = -sign }
      try scanner.advance()
    }
    guard scanner.token.kind == .number else { throw scanner.unexpected("a number") }
    let value = sign * scanner.token.value
    try scanner.advance()
    return LPReader.clipped(value)
  }

  /// A sum of terms; it ends where no sign follows.
  private mutating func function(isObjective: Bool) throws(ReadError) -> LPFunction {
    var function = LPFunction()
    functionCount += 1
    var isFirst = true
    while true {
      var sign = 1.0
      var hasSign = false
      if !isFirst, function.signedLine == nil, scanner.token.beginsLine, scanner.token.kind.isSign {
        function.signedLine = scanner.token
      }
      while scanner.token.kind.isSign {
        if scanner.token.kind == .minus { sign = -sign }
        hasSign = true
        try scanner.advance()
      }
      if !isFirst && !hasSign { break }
      switch scanner.token.kind {
      case .number: try numberTerm(sign, &function)
      case .name:
        let isNextRow = try isLabel()
        if isNextRow {
          if hasSign { throw scanner.unexpected("a term behind the sign") }
          return function
        }
        add(sign, scanner.token, &function)
        try scanner.advance()
      case .open: try products(sign, isObjective, &function)
      default:
        if hasSign { throw scanner.unexpected("a term behind the sign") }
        return function
      }
      isFirst = false
    }
    return function
  }

  private mutating func numberTerm(_ sign: Double, _ function: inout LPFunction) throws(ReadError) {
    let number = scanner.token
    try scanner.advance()
    if scanner.token.kind == .times {
      try scanner.advance()
      guard scanner.token.kind == .name else { throw scanner.unexpected("a variable behind *") }
    }
    let isTerm: Bool
    if scanner.token.kind == .name { isTerm = try !isLabel() } else { isTerm = false }
    if isTerm {
      guard number.value.isFinite else { throw notFinite(number) }
      add(sign * number.value, scanner.token, &function)
      try scanner.advance()
    } else {
      // An infinite number may only be a side, that is stand alone before a relation.
      guard number.value.isFinite || function.isConstant && scanner.token.kind.isRelation else {
        throw notFinite(number)
      }
      function.constant += sign * number.value
      function.hasConstant = true
    }
  }

  private func notFinite(_ token: LPToken) -> ReadError {
    scanner.error(token, "\(scanner.text(token)) is not finite", expected: "a finite number")
  }

  private mutating func add(_ value: Double, _ token: LPToken, _ function: inout LPFunction) {
    let j = columnOrNew(token)
    if lastFunction[j] == functionCount {
      function.coefficients[termPlace[j]] += value
    } else {
      lastFunction[j] = functionCount
      termPlace[j] = function.columns.count
      function.columns.append(Int32(j))
      function.coefficients.append(value)
    }
  }

  /// `[ 2 x ^ 2 + x * y ]`, with `/ 2` behind it in an objective.
  private mutating func products(
    _ outer: Double, _ isObjective: Bool, _ function: inout LPFunction
  ) throws(ReadError) {
    try scanner.advance()
    var isFirst = true
    let start = function.products.count
    while scanner.token.kind != .close {
      var value = outer
      var hasSign = false
      while scanner.token.kind.isSign {
        if scanner.token.kind == .minus { value = -value }
        hasSign = true
        try scanner.advance()
      }
      if !isFirst && !hasSign { throw scanner.unexpected("+, - or ]") }
      if scanner.token.kind == .number {
        guard scanner.token.value.isFinite else { throw notFinite(scanner.token) }
        value *= scanner.token.value
        try scanner.advance()
        if scanner.token.kind == .times { try scanner.advance() }
      }
      guard scanner.token.kind == .name else { throw scanner.unexpected("a variable") }
      let i = columnOrNew(scanner.token)
      try scanner.advance()
      var j = i
      if scanner.token.kind == .power {
        try scanner.advance()
        guard scanner.token.kind == .number, scanner.token.value == 2 else { throw scanner.unexpected("the power 2") }
      } else {
        guard scanner.token.kind == .times else { throw scanner.unexpected("^ 2 or * and a variable") }
        try scanner.advance()
        guard scanner.token.kind == .name else { throw scanner.unexpected("a variable behind *") }
        j = columnOrNew(scanner.token)
      }
      try scanner.advance()
      function.products.append((i, j, value))
      isFirst = false
    }
    try scanner.advance()
    if isObjective {
      guard scanner.token.kind == .divide else { throw scanner.unexpected("/ 2 behind the bracket in an objective") }
      try scanner.advance()
      guard scanner.token.kind == .number, scanner.token.value == 2 else { throw scanner.unexpected("2 behind /") }
      try scanner.advance()
      for k in start..<function.products.count { function.products[k].value *= 0.5 }
    } else if scanner.token.kind == .divide {
      throw scanner.unexpected("no division behind the bracket in a constraint")
    }
  }
}
