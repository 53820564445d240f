// SPDX-License-Identifier: Apache-2.0

/// A type of elements or groups: a function of its variables and parameters.
struct SIFType {
  var name: String
  var line: Int
  /// Names as the function uses them. A group type has one variable.
  var variables: [String] = []
  var internals: [String] = []
  var parameters: [String] = []
  /// What the function part says; nil until it was read.
  var function: SIFFunction?
}

/// The element types or the group types of a file.
struct SIFTypes {
  private(set) var index: [String: Int] = [:]
  var types: [SIFType] = []

  /// The type of this name, declared here when it is new.
  mutating func declared(_ name: String, line: Int) -> Int {
    if let t = index[name] { return t }
    index[name] = types.count
    types.append(SIFType(name: name, line: line))
    return types.count - 1
  }
}

extension SIFType {
  /// True when the name stands for something already; Fortran does not tell upper from lower case.
  func uses(_ name: String) -> Bool {
    let name = name.uppercased()
    return (variables + internals + parameters).contains { $0.uppercased() == name }
  }
}
