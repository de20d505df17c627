import type { NamedTensors } from '../../src/core/engine'
import type { GraphBuilder } from '../../src/core/graph/builder'
import { GraphBuilder as Builder } from '../../src/core/graph/builder'
import type { Value } from '../../src/core/graph/op'
import type { Trace } from '../../src/core/models/efficient-sam/trace'
import { OnnxRuntimeEngine } from '../../src/main/engines/onnxruntime/engine'

/** Builds a piece of the model with every traced inner value as an output, and runs it once. */
export async function runTraced(
  build: (g: GraphBuilder, trace: Trace) => Readonly<Record<string, Value>>,
  inputs: NamedTensors,
): Promise<NamedTensors> {
  const g = new Builder('traced')
  const traced: Record<string, Value> = {}
  const outputs = build(g, (name, value) => {
    traced[name] = value()
  })
  const engine = new OnnxRuntimeEngine({ threads: 2 })
  const program = await engine.compile(g.build({ ...traced, ...outputs }))
  const results = await program.run(inputs)
  await engine.dispose()
  return results
}
