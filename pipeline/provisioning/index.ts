export { type Applied, applyTopics, findTopics, type TopicAdmin } from './apply-topics.ts';
export { planTopics, type Remedy, type TopicDifference } from './plan-topics.ts';
export {
  checkSchemas,
  registerSchemas,
  type SchemaState,
  type SubjectState,
  type WantedSchema,
  wantedSchemas,
} from './schemas.ts';
