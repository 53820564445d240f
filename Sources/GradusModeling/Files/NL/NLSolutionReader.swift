// SPDX-License-Identifier: Apache-2.0

extension NLSolution {
  /// The `.sol` file at `path`, a text.
  ///
  /// - Throws: `ReadError` with line and column; `MissingComponent` for a compressed file where zlib is missing.
  public static func read(path: String) throws -> NLSolution { try parse(try FileBytes.load(path)) }

  /// A `.sol` file at hand; `path` is what errors call it.
  public static func parse(bytes: [UInt8], path: String = "input") throws(ReadError) -> NLSolution {
    try parse(FileBytes(path: path, content: bytes))
  }

  package static func parse(_ file: FileBytes) throws(ReadError) -> NLSolution {
    try NLScanner.scan(file) { (scanner) throws(ReadError) in
      var solution = NLSolution()
      solution.message = try message(&scanner)
      try solution.readNumbers(&scanner)
      scanner.skipEmptyLines()
      if scanner.isAtEnd { return solution }
      guard try scanner.name("objno") == "objno" else {
        throw scanner.error("found \(scanner.found)", expected: "objno")
      }
      _ = try scanner.integer("the number of the objective")
      solution.code = try scanner.integer("the solve code")
      try scanner.endLine()
      while true {
        scanner.skipEmptyLines()
        if scanner.isAtEnd { return solution }
        solution.suffixes.append(try suffix(&scanner))
      }
    }
  }

  /// Lines up to `Options`; the empty one before it is not part of the message.
  private static func message(_ scanner: inout NLScanner) throws(ReadError) -> String {
    var lines: [String] = []
    while !scanner.isAtEnd {
      let line = scanner.wholeLine()
      if line == "Options" {
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { $0 == " " ? "" : $0 }.joined(separator: "\n")
      }
      lines.append(line)
    }
    throw scanner.error("the file ends", expected: "a line Options")
  }

  private mutating func readNumbers(_ scanner: inout NLScanner) throws(ReadError) {
    func line(_ what: String, _ range: Range<Int>) throws(ReadError) -> Int {
      let value = try scanner.integer(what, in: range)
      try scanner.endLine()
      return value
    }
    let count = try line("the number of options", 0..<12)
    var hasTolerance = false
    while options.count < count - (hasTolerance ? 2 : 0) {
      options.append(try line("an option", Int(Int32.min)..<Int(Int32.max)))
      hasTolerance = count > 4 && options.count > 1 && options[1] == 3
    }
    rowCount = try line("the number of rows", 0..<Int(Int32.max))
    let dualCount = try line("the number of duals", 0..<rowCount + 1)
    variableCount = try line("the number of variables", 0..<Int(Int32.max))
    let valueCount = try line("the number of values", 0..<variableCount + 1)
    if hasTolerance {
      tolerance = try scanner.number("a tolerance")
      try scanner.endLine()
    }
    for _ in 0..<dualCount {
      duals.append(try scanner.number("a dual"))
      try scanner.endLine()
    }
    for _ in 0..<valueCount {
      values.append(try scanner.number("a value"))
      try scanner.endLine()
    }
  }

  private static func suffix(_ scanner: inout NLScanner) throws(ReadError) -> NLSuffix {
    guard try scanner.name("suffix") == "suffix" else {
      throw scanner.error("found \(scanner.found)", expected: "suffix")
    }
    let kind = try scanner.integer("the kind of a suffix", in: 0..<8)
    let count = try scanner.integer("the number of values", in: 0..<Int(Int32.max))
    _ = try scanner.integer("the length of the name")
    _ = try scanner.integer("the length of the table")
    let tableLines = try scanner.integer("the number of lines of the table", in: 0..<Int(Int32.max))
    try scanner.endLine()
    let name = try scanner.name("the name of the suffix")
    try scanner.endLine()
    for _ in 0..<tableLines {
      if scanner.isAtEnd { throw scanner.error("the file ends", expected: "\(tableLines) lines of a table") }
      _ = scanner.wholeLine()
    }
    var suffix = NLSuffix(name, NLSuffix.Kind.allCases[kind & 3], isReal: kind > 3, values: [])
    for _ in 0..<count {
      let index = try scanner.integer("a position", in: 0..<Int(Int32.max))
      suffix.values.append((index, try scanner.number("a number")))
      try scanner.endLine()
    }
    return suffix
  }
}
