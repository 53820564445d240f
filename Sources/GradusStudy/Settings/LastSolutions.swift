// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// The last solution of each family of a store of settings, kept beside it in `STORE.last`, for the next problem to start
/// from.
///
/// The file is replaced whole after each solve, so it is never half-written. It holds hints and nothing that was learned:
/// where it is missing, of another version or something else, there is no start to be had, and a file that is not ours is
/// left as it is. Points of more than `largest` numbers are not kept.
public struct LastSolutions: Sendable {
  public static let schema = "gradus.starts/1"
  /// The most numbers of a point that is kept.
  public static let largest = 100_000
  public let path: String
  private var points: [(family: String, names: String, values: Vector)] = []
  private var isOurs = true

  /// Reads what lies beside the store at `path`.
  public init(beside path: String) {
    self.path = path + ".last"
    guard let bytes = try? AtomicFile.read(self.path, limit: 1 << 30) else { return }
    guard let json = try? JSONValue(parsing: bytes), json["schema"]?.text == Self.schema else {
      isOurs = false
      return
    }
    for start in json["starts"]?.elements ?? [] {
      guard let family = start["family"]?.text, let names = start["names"]?.text,
        let values = start["values"]?.doubles, values.allSatisfy(\.isFinite)
      else { continue }
      points.append((family, names, Vector(values)))
    }
  }

  /// The last solution of the family; nil unless it is of these names, in this order.
  public func point(of family: String, names: NameTable) -> Vector? {
    points.first {
      $0.family == family && $0.values.count == names.count && $0.names == Self.print(names)
    }?.values
  }

  /// Keeps a solution in place of the family's last one. Throws when the file cannot be written.
  public mutating func remember(_ values: [Double], names: NameTable, of family: String) throws {
    guard isOurs, values.count == names.count, values.count <= Self.largest, values.allSatisfy(\.isFinite) else {
      return
    }
    points.removeAll { $0.family == family }
    points.append((family, Self.print(names), Vector(values)))
    let json: JSONValue = [
      "schema": .string(Self.schema),
      "starts": .array(
        points.map {
          [
            "family": .string($0.family), "names": .string($0.names), "values": JSONValue(numbers: $0.values.elements),
          ]
        }),
    ]
    try AtomicFile.write([json.serialized(), [0x0A]], to: path)
  }

  private static func print(_ names: NameTable) -> String {
    var print = Fingerprint()
    for name in names { print.mix(name) }
    return String(print.value, radix: 16)
  }
}
