// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// The segments of an `.nl` file, each read into arrays whose sizes the file itself has borne out.
struct NLReader {
  let header: NLHeader
  var expressions: NLExpressions
  /// Nodes and places of C segments; nil where none was read.
  var rowNodes: [FormulaGraph.Node?]
  var objectiveNodes: [(node: FormulaGraph.Node, isMaximum: Bool)?]
  var columnBounds: [(lower: Double, upper: Double)]?
  var rowSides: [(lower: Double, upper: Double)]?
  var entries: [(row: Int, column: Int, value: Double)] = []
  /// Per column, how often it stood in J segments.
  private var columnCounts: [Int32]
  /// The last segment in which a column stood, to find one that stands twice.
  private var lastSegment: [Int32]
  private var segment: Int32 = 0
  private var hasJacobianRow: [Bool]
  var gradients: [[(column: Int, value: Double)]?]
  /// k: cumulative counts, K: counts.
  private var statedCounts: [Int32]?
  var start: [(index: Int, value: Double)]?
  var multipliers: [(index: Int, value: Double)]?
  var suffixes: [NLSuffix] = []

  init(_ scanner: inout NLScanner) throws(ReadError) {
    header = try NLHeader(&scanner)
    expressions = NLExpressions(header)
    rowNodes = [FormulaGraph.Node?](repeating: nil, count: header.rows)
    objectiveNodes = [(node: FormulaGraph.Node, isMaximum: Bool)?](repeating: nil, count: header.objectives)
    columnCounts = [Int32](repeating: 0, count: header.variables)
    lastSegment = [Int32](repeating: 0, count: header.variables)
    hasJacobianRow = [Bool](repeating: false, count: header.rows)
    gradients = [[(column: Int, value: Double)]?](repeating: nil, count: header.objectives)
  }

  mutating func readSegments(_ scanner: inout NLScanner) throws(ReadError) {
    while true {
      scanner.skipEmptyLines()
      if scanner.isAtEnd { break }
      let letter = try scanner.letter("a segment")
      switch UnicodeScalar(letter) {
      case "C": try readRow(&scanner)
      case "O": try readObjective(&scanner)
      case "V": try expressions.readDefinition(&scanner)
      case "L": try readLogical(&scanner)
      case "F": try refuseFunction(&scanner)
      case "S": try readSuffix(&scanner)
      case "b": try readBounds(&scanner)
      case "r": try readSides(&scanner)
      case "J": try readJacobian(&scanner)
      case "G": try readGradient(&scanner)
      case "k", "K": try readCounts(&scanner, areCumulative: letter == 0x6B)
      case "x": try readPairs(&scanner, &start, "x", header.variables, "a variable")
      case "d": try readPairs(&scanner, &multipliers, "d", header.rows, "a row")
      default:
        throw scanner.error(
          "found \(scanner.found)", expected: "a segment: one of C O V L F S b r J G k K x d")
      }
    }
    try checkComplete(scanner)
  }

  private mutating func readRow(_ scanner: inout NLScanner) throws(ReadError) {
    let i = try scanner.integer("the number of a row", in: 0..<header.rows)
    if rowNodes[i] != nil { throw scanner.error("C\(i) stands twice", expected: "one segment a row") }
    try scanner.endLine()
    rowNodes[i] = try expressions.read(&scanner)
  }

  private mutating func readObjective(_ scanner: inout NLScanner) throws(ReadError) {
    let i = try scanner.integer("the number of an objective", in: 0..<header.objectives)
    if objectiveNodes[i] != nil { throw scanner.error("O\(i) stands twice", expected: "one segment an objective") }
    let sense = try scanner.integer("0 (minimize) or 1 (maximize)", in: 0..<2)
    try scanner.endLine()
    objectiveNodes[i] = (try expressions.read(&scanner), sense == 1)
  }

  private mutating func readLogical(_ scanner: inout NLScanner) throws(ReadError) {
    let i = try scanner.integer("the number of a logical constraint", in: 0..<header.logicalRows)
    let place = scanner
    try scanner.endLine()
    let node = try expressions.read(&scanner)
    guard let value = expressions.graph.constant(at: node), value != 0 else {
      throw place.error(
        "the logical constraint L\(i) is not supported",
        expected: "rows with sides, or a constraint that is always true")
    }
  }

  private mutating func refuseFunction(_ scanner: inout NLScanner) throws(ReadError) {
    let place = scanner
    _ = try scanner.integer("the number of a function")
    _ = try scanner.integer("the type of a function")
    _ = try scanner.integer("the number of arguments")
    let name = try scanner.name("the name of a function")
    throw place.error(
      "the external function \(name) is not supported", expected: "a model without functions of a library")
  }

  private mutating func readSuffix(_ scanner: inout NLScanner) throws(ReadError) {
    let code = try scanner.integer("the kind of a suffix", in: 0..<8)
    let kind = NLSuffix.Kind.allCases[code & 3]
    let limit = [header.variables, header.rows + header.logicalRows, header.objectives, 1][code & 3]
    let count = try scanner.integer("the number of values", in: 0..<limit + 1)
    let name = try scanner.name("the name of a suffix")
    if kind == .variable, name == "sosno" || name == "ref" {
      throw scanner.error(
        "the suffix \(name) states special ordered sets, which are not supported", expected: "a model without them")
    }
    try scanner.endLine()
    var suffix = NLSuffix(name, kind, isReal: code > 3, values: [])
    for _ in 0..<count {
      let index = try scanner.integer("a position", in: 0..<limit)
      let value = code > 3 ? try scanner.number("a number") : Double(try scanner.integer("a whole number"))
      try scanner.endLine()
      suffix.values.append((index, value))
    }
    suffixes.append(suffix)
  }

  private mutating func readBounds(_ scanner: inout NLScanner) throws(ReadError) {
    if columnBounds != nil { throw scanner.error("b stands twice", expected: "one segment of bounds") }
    try scanner.endLine()
    columnBounds = try readLimits(&scanner, header.variables, "variable")
  }

  private mutating func readSides(_ scanner: inout NLScanner) throws(ReadError) {
    if rowSides != nil { throw scanner.error("r stands twice", expected: "one segment of sides") }
    try scanner.endLine()
    rowSides = try readLimits(&scanner, header.rows, "row")
  }

  private func readLimits(
    _ scanner: inout NLScanner, _ count: Int, _ what: String
  ) throws(ReadError) -> [(lower: Double, upper: Double)] {
    var limits: [(lower: Double, upper: Double)] = []
    limits.reserveCapacity(count)
    for i in 0..<count {
      let code = try scanner.letter("the limits of \(what) \(i), a line that begins with 0 to 5")
      switch UnicodeScalar(code) {
      case "0":
        let lower = try scanner.number("a lower limit")
        limits.append((lower, try scanner.number("an upper limit")))
      case "1": limits.append((-.infinity, try scanner.number("an upper limit")))
      case "2": limits.append((try scanner.number("a lower limit"), .infinity))
      case "3": limits.append((-.infinity, .infinity))
      case "4":
        let value = try scanner.finiteNumber("a number to be equal to")
        limits.append((value, value))
      case "5":
        throw scanner.error(
          "\(what) \(i) is a complementarity condition, which is not supported", expected: "limits of kind 0 to 4")
      default:
        throw scanner.error("found \(scanner.found)", expected: "the limits of \(what) \(i): a digit from 0 to 4")
      }
      guard limits[i].lower < .infinity, limits[i].upper > -.infinity else {
        throw scanner.error("the limits of \(what) \(i) leave no number", expected: "a finite limit, or none")
      }
      try scanner.endLine()
    }
    return limits
  }

  private mutating func readJacobian(_ scanner: inout NLScanner) throws(ReadError) {
    let i = try scanner.integer("the number of a row", in: 0..<header.rows)
    if hasJacobianRow[i] { throw scanner.error("J\(i) stands twice", expected: "one segment a row") }
    hasJacobianRow[i] = true
    try readLinear(&scanner) { reader, column, value in
      reader.columnCounts[column] += 1
      reader.entries.append((i, column, value))
    }
  }

  private mutating func readGradient(_ scanner: inout NLScanner) throws(ReadError) {
    let i = try scanner.integer("the number of an objective", in: 0..<header.objectives)
    if gradients[i] != nil { throw scanner.error("G\(i) stands twice", expected: "one segment an objective") }
    var terms: [(column: Int, value: Double)] = []
    try readLinear(&scanner) { _, column, value in terms.append((column, value)) }
    gradients[i] = terms
  }

  private mutating func readLinear(
    _ scanner: inout NLScanner, _ take: (inout NLReader, Int, Double) -> Void
  ) throws(ReadError) {
    let count = try scanner.integer("the number of entries", in: 0..<header.variables + 1)
    try scanner.endLine()
    segment += 1
    for _ in 0..<count {
      let j = try scanner.integer("a variable", in: 0..<header.variables)
      if lastSegment[j] == segment {
        throw scanner.error("variable \(j) stands twice", expected: "one coefficient a variable")
      }
      lastSegment[j] = segment
      take(&self, j, try scanner.finiteNumber("a coefficient"))
      try scanner.endLine()
    }
  }

  private mutating func readCounts(_ scanner: inout NLScanner, areCumulative: Bool) throws(ReadError) {
    if statedCounts != nil { throw scanner.error("k stands twice", expected: "one segment of counts") }
    let count = try scanner.integer("\(max(0, header.variables - 1)), the number of counts")
    guard count == max(0, header.variables - 1) || count == header.variables else {
      throw scanner.error("\(count) counts", expected: "\(max(0, header.variables - 1)), one less than variables")
    }
    try scanner.endLine()
    var counts: [Int32] = []
    var before = 0
    for _ in 0..<count {
      let value = try scanner.integer("a count of entries", in: (areCumulative ? before : 0)..<Int(Int32.max))
      counts.append(Int32(areCumulative ? value - before : value))
      before = value
      try scanner.endLine()
    }
    statedCounts = counts
  }

  private func readPairs(
    _ scanner: inout NLScanner, _ pairs: inout [(index: Int, value: Double)]?, _ letter: String, _ limit: Int,
    _ what: String
  ) throws(ReadError) {
    if pairs != nil { throw scanner.error("\(letter) stands twice", expected: "one segment of starting values") }
    let count = try scanner.integer("the number of values", in: 0..<limit + 1)
    try scanner.endLine()
    var values: [(index: Int, value: Double)] = []
    for _ in 0..<count {
      let index = try scanner.integer(what, in: 0..<limit)
      values.append((index, try scanner.finiteNumber("a starting value")))
      try scanner.endLine()
    }
    pairs = values
  }

  /// A file that was cut off lacks a segment or has fewer entries than its head says.
  private func checkComplete(_ scanner: NLScanner) throws(ReadError) {
    func missing(_ what: String) -> ReadError {
      scanner.error("the file ends without \(what)", expected: "a complete .nl file")
    }
    if header.variables > 0, columnBounds == nil { throw missing("the segment b") }
    if header.rows > 0, rowSides == nil { throw missing("the segment r") }
    if let i = objectiveNodes.firstIndex(where: { $0 == nil }) { throw missing("the segment O\(i)") }
    if let i = rowNodes.prefix(header.nonlinearRows).firstIndex(where: { $0 == nil }) {
      throw missing("the segment C\(i)")
    }
    let gradientEntries = gradients.reduce(0) { $0 + ($1?.count ?? 0) }
    guard entries.count == header.jacobianEntries, gradientEntries == header.gradientEntries else {
      throw scanner.error(
        "the segments J and G have \(entries.count) and \(gradientEntries) entries",
        expected: "\(header.jacobianEntries) and \(header.gradientEntries), as the head says")
    }
    if let stated = statedCounts, let j = stated.indices.first(where: { stated[$0] != columnCounts[$0] }) {
      throw scanner.error(
        "variable \(j) has \(columnCounts[j]) entries", expected: "\(stated[j]), as the segment k says")
    }
  }
}
