import { Brush, Crosshair, Eraser, Lasso, MousePointer2, Pentagon, SquareDashed } from '@lucide/vue'
import { boxTool } from './box-tool'
import { brushTool } from './brush-tool'
import { lassoTool, polygonTool } from './path-tool'
import { pointTool } from './point-tool'
import { panTool, selectTool } from './select-tool'
import type { HeldToolId, Tool, ToolHost, ToolId, ToolKind } from './tool'
import { windowTool } from './window-tool'

/** In the order of the rail, in groups. Another tool is a file and a line here. */
export const toolGroups = [
  [
    { id: 'select', labelKey: 'annotate.tool.select', icon: MousePointer2, key: 'V', make: selectTool },
    { id: 'point', labelKey: 'annotate.tool.point', icon: Crosshair, key: 'P', make: pointTool },
    { id: 'box', labelKey: 'annotate.tool.box', icon: SquareDashed, key: 'B', make: boxTool },
  ],
  [
    {
      id: 'brush',
      labelKey: 'annotate.tool.brush',
      icon: Brush,
      key: 'R',
      make: host => brushTool(host, true),
    },
    {
      id: 'eraser',
      labelKey: 'annotate.tool.eraser',
      icon: Eraser,
      key: 'E',
      make: host => brushTool(host, false),
    },
    { id: 'polygon', labelKey: 'annotate.tool.polygon', icon: Pentagon, key: 'G', make: polygonTool },
    { id: 'lasso', labelKey: 'annotate.tool.lasso', icon: Lasso, key: 'L', make: lassoTool },
  ],
] as const satisfies readonly (readonly ToolKind[])[]

export const toolKinds: readonly ToolKind[] = toolGroups.flat()

/** Every tool for one stage. */
export function makeTools(host: ToolHost): ReadonlyMap<ToolId | HeldToolId, Tool> {
  return new Map<ToolId | HeldToolId, Tool>([
    ...toolKinds.map(kind => [kind.id, kind.make(host)] as const),
    ['pan', panTool(host)],
    ['window', windowTool(host)],
  ])
}
