// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusNumerics
import Testing

@Suite("Buffers are saved as raw blocks") struct BufferTests {
  struct Saved: Codable, Equatable {
    var weights: Buffer<Float>
    var point: Vector
    var counts: Buffer<Int32>
  }

  let value = Saved(weights: [1, -.infinity, 3], point: [0.1, .nan, -0.0], counts: [])

  @Test func throughBlocks() throws {
    let store = BlockStore()
    let encoder = JSONEncoder()
    encoder.userInfo[.blocks] = store
    let header = try encoder.encode(value)
    #expect(store.blocks.count == 3)
    let decoder = JSONDecoder()
    decoder.userInfo[.blocks] = BlockStore(store.blocks)
    let back = try decoder.decode(Saved.self, from: header)
    #expect(back.weights == value.weights)
    #expect(back.point.elements.map(\.bitPattern) == value.point.elements.map(\.bitPattern))
  }

  @Test func throughPlainJSON() throws {
    let finite = Saved(weights: [1.5], point: [0.1, 1e-300], counts: [3])
    #expect(try JSONDecoder().decode(Saved.self, from: JSONEncoder().encode(finite)) == finite)
  }

  @Test func aMissingBlockIsRefused() throws {
    let store = BlockStore()
    let encoder = JSONEncoder()
    encoder.userInfo[.blocks] = store
    let header = try encoder.encode(value)
    let decoder = JSONDecoder()
    decoder.userInfo[.blocks] = BlockStore(Array(store.blocks.dropLast()))
    #expect(throws: DecodingError.self) { try decoder.decode(Saved.self, from: header) }
    decoder.userInfo[.blocks] = BlockStore([[1], [2], [3]])
    #expect(throws: DecodingError.self) { try decoder.decode(Saved.self, from: header) }
  }
}
